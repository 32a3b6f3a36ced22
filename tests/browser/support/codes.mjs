// Session codes for tests.
import { checkDigit } from '../../../ui/patient/code.js';

/** @param {string} eight digits, to which the check digit is added */
export const wellFormed = (eight) => eight + checkDigit(eight);
