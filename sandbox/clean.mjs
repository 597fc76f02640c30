// Before a build: what an earlier one made is not packed, and the declarations are CommonJS to TypeScript, which then
// takes them for `import` and for `require()`.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';

for (const folder of ['dist', 'types']) rmSync(folder, { recursive: true, force: true });
mkdirSync('types');
writeFileSync('types/package.json', '{ "type": "commonjs" }\n');
