// Waiting for something to become true, with a deadline and the reason in the failure.

/**
 * @template T
 * @param {string} what for the failure
 * @param {() => T | Promise<T>} probe truthy when done
 * @param {number} [deadline] milliseconds
 * @returns {Promise<T>}
 */
export async function waitFor(what, probe, deadline = 30000) {
  const end = Date.now() + deadline;
  for (;;) {
    const value = await probe();
    if (value) return value;
    if (Date.now() > end) throw new Error(`not within ${deadline} ms: ${what} (last: ${JSON.stringify(value)})`);
    await new Promise((resolve) => { setTimeout(resolve, 50); });
  }
}
