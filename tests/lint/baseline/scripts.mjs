// What a module uses of the language and of the browser, as TypeScript understands it, looked up in MDN's data.
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { find, source, ts } from './support.mjs';

const PAGE = path.join(source, 'ui/patient');
const OPTIONS = {
  allowJs: true, checkJs: true, noEmit: true, strict: true, target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ES2022,
  moduleResolution: ts.ModuleResolutionKind.NodeJs, lib: ['lib.es2022.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts'], types: [],
};
const { SyntaxKind: Kind } = ts;
const OPERATORS = {
  [Kind.QuestionQuestionToken]: 'nullish_coalescing', [Kind.QuestionQuestionEqualsToken]: 'nullish_coalescing_assignment',
  [Kind.BarBarEqualsToken]: 'logical_or_assignment', [Kind.AmpersandAmpersandEqualsToken]: 'logical_and_assignment',
  [Kind.AsteriskAsteriskToken]: 'exponentiation',
};

/**
 * @param {Record<string, string>} [others] files that are not on the disk: name to text
 */
export function programOf(others = {}) {
  const names = readdirSync(PAGE, { recursive: true }).filter((name) => name.endsWith('.js')).map((name) => path.join(PAGE, name));
  const host = ts.createCompilerHost(OPTIONS);
  const { getSourceFile, fileExists, readFile } = host;
  host.getSourceFile = (name, ...more) => (name in others ? ts.createSourceFile(name, others[name], OPTIONS.target, true) : getSourceFile.call(host, name, ...more));
  host.fileExists = (name) => name in others || fileExists.call(host, name);
  host.readFile = (name) => others[name] ?? readFile.call(host, name);
  return ts.createProgram([...names, ...Object.keys(others)], OPTIONS, host);
}

/** @param {any} program @param {any} file @param {import('./support.mjs').Findings} findings */
export function checkScript(program, file, findings) {
  const checker = program.getTypeChecker();
  const place = path.relative(PAGE, file.fileName);
  const check = (...names) => findings.check(place, ...names);

  /** The names that MDN may know a type by: its own, and those of what it is made of. */
  function typeNames(type) {
    const names = [];
    const visit = (each) => {
      if (!each) return;
      if (each.isUnionOrIntersection()) return each.types.forEach(visit);
      const symbol = each.getSymbol();
      const isOfLibrary = symbol?.declarations?.some((declaration) => declaration.getSourceFile().hasNoDefaultLib);
      if (isOfLibrary) names.push(symbol.name.replace(/^Readonly(?=Array|Map|Set)/, ''));
      if (each.isClassOrInterface() || each.target?.isClassOrInterface?.()) checker.getBaseTypes(each.target ?? each).forEach(visit);
    };
    visit(checker.getApparentType(checker.getNonNullableType(type)));
    return [...new Set(names)];
  }

  function checkMember(type, member) {
    for (const name of typeNames(type)) {
      const owner = name.replace(/Constructor$/, '');
      for (const at of [['javascript', 'builtins', owner], ['javascript', 'builtins', 'Intl', owner], ['api', name]]) {
        if (check(...at, member) || check(...at, `${member}_static`)) return;
      }
    }
  }

  const isOfLibrary = (symbol) => symbol?.declarations?.some((declaration) => declaration.getSourceFile().hasNoDefaultLib);

  function checkRegExp(text) {
    const [, pattern, flags] = /^\/(.*)\/([a-z]*)$/s.exec(text);
    if (/\(\?<[=!]/.test(pattern)) check('javascript', 'regular_expressions', 'lookbehind_assertion');
    if (/\(\?<[A-Za-z]/.test(pattern)) check('javascript', 'regular_expressions', 'named_capturing_group');
    if (/\(\?[a-z-]+:/.test(pattern)) check('javascript', 'regular_expressions', 'modifier');
    if (/\\[pP]\{/.test(pattern)) check('javascript', 'regular_expressions', 'unicode_character_class_escape');
    for (const [flag, name] of Object.entries({ d: 'hasIndices', s: 'dotAll', v: 'unicodeSets', y: 'sticky', u: 'unicode' })) {
      if (flags.includes(flag)) check('javascript', 'builtins', 'RegExp', name);
    }
  }

  function checkSyntax(node) {
    if (ts.isClassStaticBlockDeclaration(node)) check('javascript', 'classes', 'static', 'initialization_blocks');
    if (ts.isPropertyDeclaration(node)) {
      const hasParentheses = (each) => ts.isParenthesizedExpression(each) || (!ts.isFunctionLike(each) && ts.forEachChild(each, hasParentheses)) || false;
      if (node.initializer && hasParentheses(node.initializer)) findings.note(place, `parentheses in the field ${node.name.getText(file)}`, 'Safari before 16: webkit.org/b/236843');
      const isStatic = node.modifiers?.some(({ kind }) => kind === Kind.StaticKeyword);
      if (isStatic) check('javascript', 'classes', 'static', 'class_fields');
      check('javascript', 'classes', ts.isPrivateIdentifier(node.name) ? 'private_class_fields' : 'public_class_fields');
    }
    if ((ts.isMethodDeclaration(node) || ts.isAccessor(node)) && ts.isPrivateIdentifier(node.name)) check('javascript', 'classes', 'private_class_methods');
    if (ts.isBinaryExpression(node)) {
      if (node.operatorToken.kind === Kind.InKeyword && ts.isPrivateIdentifier(node.left)) check('javascript', 'classes', 'private_class_fields_in');
      if (node.operatorToken.kind in OPERATORS) check('javascript', 'operators', OPERATORS[node.operatorToken.kind]);
    }
    if (node.questionDotToken) check('javascript', 'operators', 'optional_chaining');
    if (ts.isAwaitExpression(node) && !ts.findAncestor(node, ts.isFunctionLike)) check('javascript', 'operators', 'await', 'top_level');
    if (ts.isForOfStatement(node) && node.awaitModifier) check('javascript', 'statements', 'for_await_of');
    if (ts.isCatchClause(node) && !node.variableDeclaration) check('javascript', 'statements', 'try_catch', 'optional_catch_binding');
    if (ts.isNumericLiteral(node) && node.getText(file).includes('_')) check('javascript', 'grammar', 'numeric_separators');
    if (ts.isMetaProperty(node)) check('javascript', 'operators', 'import_meta');
    if (ts.isNamespaceExport(node)) check('javascript', 'statements', 'export', 'namespace');
    if (ts.isBigIntLiteral(node)) check('javascript', 'builtins', 'BigInt');
    if (ts.isRegularExpressionLiteral(node)) checkRegExp(node.text);
  }

  function checkNames(node) {
    if (ts.isPropertyAccessExpression(node) && ts.isIdentifier(node.name)) checkMember(checker.getTypeAtLocation(node.expression), node.name.text);
    // const { wakeLock } = navigator
    if (ts.isBindingElement(node) && ts.isObjectBindingPattern(node.parent)) {
      checkMember(checker.getTypeAtLocation(node.parent), (node.propertyName ?? node.name).getText(file));
    }
    if (ts.isIdentifier(node) && !ts.isPropertyAccessExpression(node.parent) && isOfLibrary(checker.getSymbolAtLocation(node))) {
      if (!check('javascript', 'builtins', node.text)) check('api', node.text);
    }
    if (!ts.isCallExpression(node) && !ts.isNewExpression(node)) return;
    const [first, second] = node.arguments ?? [];
    const called = node.expression.getText(file);
    const text = first && ts.isStringLiteral(first) ? first.text : '';
    if (called.endsWith('.addEventListener')) checkMember(checker.getTypeAtLocation(node.expression.expression), `${text}_event`);
    if (called === 'h' || called.endsWith('.createElement')) {
      check('html', 'elements', text);
      for (const property of second?.properties ?? []) {
        const name = property.name?.getText(file).replace(/'/g, '') ?? '';
        if (find('html', 'elements', text, name)) check('html', 'elements', text, name);
        else check('html', 'global_attributes', name);
      }
    }
    if (called === 'Worker' && /type:\s*'module'/.test(second?.getText(file) ?? '')) check('api', 'Worker', 'Worker', 'ecmascript_modules');
  }

  const visit = (node) => {
    checkSyntax(node);
    checkNames(node);
    ts.forEachChild(node, visit);
  };
  visit(file);
}

/** What of a script is newer than ECMAScript 5, for what must run in every browser. */
export function newerThanES5(text) {
  const file = ts.createSourceFile('old.js', text, OPTIONS.target, true);
  const found = new Set();
  const newer = new Set([
    Kind.ArrowFunction, Kind.ClassDeclaration, Kind.ClassExpression, Kind.NoSubstitutionTemplateLiteral, Kind.TemplateExpression, Kind.TaggedTemplateExpression,
    Kind.ForOfStatement, Kind.SpreadElement, Kind.SpreadAssignment, Kind.ObjectBindingPattern, Kind.ArrayBindingPattern, Kind.ShorthandPropertyAssignment,
    Kind.MethodDeclaration, Kind.ComputedPropertyName, Kind.YieldExpression, Kind.AwaitExpression, Kind.ImportDeclaration, Kind.ExportDeclaration,
    Kind.MetaProperty, Kind.BigIntLiteral, Kind.PrivateIdentifier,
  ]);
  const operators = new Set([...Object.keys(OPERATORS).map(Number), Kind.AsteriskAsteriskEqualsToken]);
  const visit = (node) => {
    const isNewer = newer.has(node.kind) || (ts.isVariableDeclarationList(node) && (node.flags & ts.NodeFlags.BlockScoped) !== 0)
      || (ts.isParameter(node) && (node.initializer || node.dotDotDotToken)) || node.questionDotToken || node.asteriskToken
      || (ts.isBinaryExpression(node) && operators.has(node.operatorToken.kind)) || (ts.isCatchClause(node) && !node.variableDeclaration)
      || (ts.isRegularExpressionLiteral(node) && /\/[a-z]*[dsuvy][a-z]*$/.test(node.text)) || (ts.isNumericLiteral(node) && /^0[bo]|_/i.test(node.getText(file)))
      || node.modifiers?.some(({ kind }) => kind === Kind.AsyncKeyword);
    if (isNewer) found.add(node.getText(file).slice(0, 60));
    ts.forEachChild(node, visit);
  };
  visit(file);
  return [...found];
}
