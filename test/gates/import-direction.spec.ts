import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { ruleFaults } from './import-rules.js';

const ROOT = path.resolve(import.meta.dirname, '../..');

function ownSources(): Map<string, string> {
  const names = readdirSync(path.join(ROOT, 'src'), { recursive: true, encoding: 'utf8' });
  const files = names.filter((name) => name.endsWith('.ts')).map((name) => `src/${name.replaceAll(path.sep, '/')}`);
  return new Map([...files, 'ormconfig.ts'].map((file) => [file, readFileSync(path.join(ROOT, file), 'utf8')]));
}

describe('the import rule', () => {
  it('is kept by every source file', () => {
    const sources = ownSources();
    expect(sources.size).toBeGreaterThan(50);
    expect(ruleFaults(sources)).toEqual([]);
  });

  const ALLOWED: [file: string, text: string][] = [
    ['src/config/config.ts', `import { isIP } from 'node:net'; import { x } from './config-error.js';`],
    [
      'src/config/config.ts',
      `import { x } from '../dialects/crm/crm.settings.js'; import { y } from '../server.settings.js';`,
    ],
    ['src/core/core.settings.ts', `import { setting } from '../settings/index.js';`],
    ['src/identity/identity.settings.ts', `import { x } from '../core/core.settings.js';`],
    ['src/identity/user.service.ts', `import { DomainError } from '../core/index.js';`],
    [
      'src/dialects/crm/crm.module.ts',
      `import { x } from '../../identity/index.js'; import y from '../../http/index.js';`,
    ],
    ['src/data-plane/verify.ts', `import { x } from '../core/index.js'; import { y } from '../http/index.js';`],
    ['src/dialects/crm/crm.dialect.ts', `import { defineDialect } from '../../dialect-kit/index.js';`],
    ['src/dialects/canvus/guards.ts', `import { TokenGuard } from '../../data-plane/index.js';`],
    ['src/dialects.ts', `import { crm } from './dialects/crm/crm.dialect.js';`],
    ['src/data-plane.ts', `export { ServiceTokenGuard } from './dialects/cloudflare/guards.js';`],
    ['src/persistence/engine.ts', `await dataSource.transaction(work);`],
    [
      'src/standalone/app.module.ts',
      `import { CrmModule } from '../dialects/crm/index.js'; const x = { provide: APP_FILTER };`,
    ],
    ['src/main.ts', `import { x } from './standalone/server.js';`],
    ['ormconfig.ts', `import { loadConfig } from './src/config/index.js';`],
    ['src/core/token.ts', `// APP_GUARD and dataSource.transaction() are only mentioned here`],
  ];

  const FORBIDDEN: [file: string, text: string, fault: string][] = [
    ['src/config/config.ts', `import { Secret } from '../core/index.js';`, 'config may not import'],
    ['src/settings/form.ts', `import { Secret } from '../core/index.js';`, 'settings may not import'],
    ['src/cli/command-line.ts', `import { x } from '../core/index.js';`, 'cli may not import'],
    ['src/core/token.ts', `import { integer } from '../settings/form.js';`, 'enter settings through its index.ts'],
    ['src/core/token.ts', `import { x } from '../identity/identity.settings.js';`, 'core may not import'],
    ['src/core/token.ts', `import { User } from '../identity/index.js';`, 'core may not import'],
    ['src/core/token.ts', `import type { User } from '../identity/index.js';`, 'core may not import'],
    ['src/core/token.ts', `export { User } from '../identity/index.js';`, 'core may not import'],
    ['src/core/token.ts', `export * from '../http/index.js';`, 'core may not import'],
    ['src/core/token.ts', `const x = await import('../identity/index.js');`, 'core may not import'],
    ['src/core/token.ts', `import { PRODUCT_VERSION } from '../version.js';`, 'core may not import'],
    ['src/core/token.ts', `import { createServer } from '../standalone/server.js';`, 'core may not import'],
    ['src/http/error-response.ts', `import { User } from '../identity/index.js';`, 'http may not import'],
    ['src/identity/user.service.ts', `import { x } from '../persistence/index.js';`, 'identity may not import'],
    ['src/identity/user.service.ts', `import { x } from '../http/index.js';`, 'identity may not import'],
    ['src/dialects/crm/a.ts', `import { x } from '../canvus/index.js';`, 'dialects/crm may not import'],
    ['src/dialects/crm/a.ts', `import { x } from '../../persistence/index.js';`, 'dialects/crm may not import'],
    ['src/data-plane/a.ts', `import { x } from '../dialects/crm/index.js';`, 'data-plane may not import'],
    ['src/operations/a.ts', `import { x } from '../config/index.js';`, 'operations may not import'],
    ['src/persistence/a.ts', `import { x } from '../identity/index.js';`, 'persistence may not import'],
    ['src/persistence/a.ts', `import { User } from '../identity/user.entity.js';`, 'persistence may not import'],
    ['src/dialect-kit/a.ts', `import { crm } from '../dialects/crm/crm.dialect.js';`, 'dialect-kit may not import'],
    ['src/identity/a.ts', `import { x } from '../dialect-kit/index.js';`, 'identity may not import'],
    ['src/dialects/crm/a.ts', `import { x } from '../canvus/canvus.dialect.js';`, 'dialects/crm may not import'],
    ['src/app.module.ts', `import { crm } from './dialects/canvus/crm.dialect.js';`, 'enter dialects/canvus through'],
    ['src/identity/a.ts', `import { Secret } from '../core/secret.js';`, 'enter core through its index.ts'],
    ['src/app.module.ts', `import { x } from './core/secret.js';`, 'enter core through its index.ts'],
    ['src/app.module.ts', `import { x } from './dialects/crm/crm.module.js';`, 'enter dialects/crm through'],
    ['src/attic/a.ts', `import { x } from '../core/index.js';`, 'has no import rule'],
    ['src/dialects/crm/a.ts', `import { APP_FILTER } from '@nestjs/core';`, 'APP_FILTER belongs into'],
    ['src/operations/a.ts', `@Global() @Module({}) class A {}`, 'Global belongs into'],
    ['src/identity/a.ts', `await this.dataSource.transaction(work);`, 'past the unit of work'],
    ['src/identity/a.ts', `await manager.save(user);`, 'past the unit of work'],
    ['src/core/a.ts', `await queryRunner.startTransaction();`, 'past the unit of work'],
  ];

  it.each(ALLOWED)('lets %s have: %s', (file, text) => {
    expect(ruleFaults(new Map([[file, text]]))).toEqual([]);
  });

  it.each(FORBIDDEN)('does not let %s have: %s', (file, text, fault) => {
    const faults = ruleFaults(new Map([[file, text]]));
    expect(faults).toHaveLength(1);
    expect(faults[0]).toContain(fault);
  });
});
