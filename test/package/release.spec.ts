import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { releaseNotes } from '../../tools/release-notes.js';
import { sbom } from '../../tools/sbom.js';
import { ROOT } from '../docs/pages.js';

const CHANGELOG = `# Changelog

## [Unreleased]

## [1.1.0] - 2027-01-31

### Added

- A door.

## [1.0.0]

- The house.
`;

describe('the notes of a release', () => {
  it('are the section of its version', () => {
    expect(releaseNotes(CHANGELOG, '1.1.0')).toBe('### Added\n\n- A door.');
  });

  it('have to be there, with a date', () => {
    expect(() => releaseNotes(CHANGELOG, '1.2.0')).toThrow('no section [1.2.0]');
    expect(() => releaseNotes(CHANGELOG, '1.0.0')).toThrow('needs a date');
    expect(() => releaseNotes(CHANGELOG, 'Unreleased')).toThrow('is empty');
  });

  it('are being written for the next one', () => {
    const changelog = readFileSync(path.join(ROOT, 'CHANGELOG.md'), 'utf8');
    expect(changelog.indexOf('## [Unreleased]')).toBeGreaterThan(0);
    expect(releaseNotes(changelog, 'Unreleased')).toContain('### Added');
  });
});

interface Component {
  readonly name: string;
  readonly group?: string;
  readonly version: string;
}

describe('the bill of materials', () => {
  it('names what runs, at the versions of the lock file, and nothing that only builds and tests', () => {
    const { components } = JSON.parse(sbom()) as { components: Component[] };
    const versions = new Map(
      components.map(({ group, name, version }) => [group ? `${group}/${name}` : name, version]),
    );
    const { packages } = JSON.parse(readFileSync(path.join(ROOT, 'package-lock.json'), 'utf8')) as {
      packages: Record<string, { version: string } | undefined>;
    };
    for (const name of ['@nestjs/core', '@nestjs/swagger', 'typeorm', 'better-sqlite3', 'pg', 'express', 'pino']) {
      expect([name, versions.get(name)]).toEqual([name, packages[`node_modules/${name}`]?.version]);
    }
    expect(['jest', 'oxlint', '@nestjs/cli', 'tsx', 'typescript'].filter((name) => versions.has(name))).toEqual([]);
  }, 60_000);
});
