// Checks JSON against TypeScript types: it puts the JSON into source files and compiles them.
import ts from 'typescript';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = dirname(fileURLToPath(import.meta.url));
const options = { noEmit: true, strict: true, skipLibCheck: true, target: ts.ScriptTarget.ES2022, lib: ['lib.es2022.d.ts'], types: [],
  module: ts.ModuleKind.ESNext, moduleResolution: ts.ModuleResolutionKind.Bundler };

// compile returns the type errors of each unit {name, json, type}. It compiles all units as one
// program, as starting the compiler takes longer than checking a thousand of them. "satisfies" also
// rejects keys that the type does not have. The JSON begins in the first line, so that the line
// numbers of the errors are its own.
export function compile(units) {
  const files = new Map(units.map((unit, i) => [join(folder, `unit-${i}.ts`),
    `import type * as is from './types'; export default ${unit.json.trim()} satisfies ${unit.type};\n`]));
  const host = ts.createCompilerHost(options);
  const disk = { read: host.readFile, exists: host.fileExists, source: host.getSourceFile };
  host.readFile = (name) => files.get(name) ?? disk.read(name);
  host.fileExists = (name) => files.has(name) || disk.exists(name);
  host.getSourceFile = (name, version, ...rest) =>
    files.has(name) ? ts.createSourceFile(name, files.get(name), version) : disk.source(name, version, ...rest);
  const program = ts.createProgram([...files.keys()], options, host);
  const typeErrors = [...ts.getPreEmitDiagnostics(program, program.getSourceFile(join(folder, 'types.ts')))];
  if (typeErrors.length > 0) throw new Error(`types.ts: ${text(typeErrors[0])}`);
  return [...files.keys()].map((name) => {
    const source = program.getSourceFile(name);
    return [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)]
      .map((problem) => `line ${source.getLineAndCharacterOfPosition(problem.start).line + 1}: ${text(problem)}`);
  });
}

const text = (problem) => ts.flattenDiagnosticMessageText(problem.messageText, '\n  ');
