// Puts JSON into a TypeScript file, so that the compiler holds it to a type.
import ts from 'typescript';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = dirname(fileURLToPath(import.meta.url));
const options = { noEmit: true, strict: true, skipLibCheck: true, target: ts.ScriptTarget.ES2022, lib: ['lib.es2022.d.ts'], types: [],
  module: ts.ModuleKind.ESNext, moduleResolution: ts.ModuleResolutionKind.Bundler };

// compile tells of each unit {name, json, type} what is wrong with it. All are one
// program, as the compiler needs longer to begin than for a thousand of them. A literal
// that satisfies a type may hold nothing that the type does not name; it begins in the
// first line, so that lines are those of the JSON.
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
  const own = [...ts.getPreEmitDiagnostics(program, program.getSourceFile(join(folder, 'types.ts')))];
  if (own.length > 0) throw new Error(`types.ts: ${text(own[0])}`);
  return [...files.keys()].map((name) => {
    const source = program.getSourceFile(name);
    return [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)]
      .map((problem) => `line ${source.getLineAndCharacterOfPosition(problem.start).line + 1}: ${text(problem)}`);
  });
}

const text = (problem) => ts.flattenDiagnosticMessageText(problem.messageText, '\n  ');
