/** The published patterns are those of the declarations, and match what is issued. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from '@jest/globals';
import { HashingService, newCheckedSecret } from '../../src/core/index.js';
import { credentialFormsOf } from '../../src/dialect-kit/index.js';
import { DIALECTS } from '../../src/dialects.js';
import { newLoginToken } from '../../src/dialects/crm/login-token.form.js';

const ROOT = path.resolve(import.meta.dirname, '../..');
const read = (name: string): string => readFileSync(path.join(ROOT, name), 'utf8');

/** The regular expressions in the table of the page. */
function published(): string[] {
  const rows = read('docs/token-patterns.md').matchAll(/^\| [^|]+\| `([^`]+)` +\|/gm);
  return [...rows].map(([, pattern = '']) => pattern);
}

const forms = credentialFormsOf(DIALECTS);
const OF_SERVICE_TOKENS = 'lkst_[A-Za-z0-9]{40}[0-9a-f]{8}';

it('the page has the pattern of every form of credential', () => {
  const declared = new Set(forms.all.map(({ secretPattern }) => secretPattern));
  expect(published().sort()).toEqual([OF_SERVICE_TOKENS, ...declared].sort());
  const reference = read('docs/operating.md');
  for (const pattern of published()) expect(reference).toContain(`\`${pattern}\``);
});

it('every secret matches the pattern of its form, and is removed from text', () => {
  const secrets = [
    newCheckedSecret('lkst_'),
    newCheckedSecret('a_'),
    new HashingService({ bcryptCost: 4 }).newSecret(),
    newLoginToken(),
  ];
  for (const secret of secrets) {
    const text = secret.reveal();
    const own = forms.all.filter((form) => form.isSecret(text));
    expect(own.length).toBeGreaterThan(0);
    for (const { secretPattern } of own) expect(text).toMatch(new RegExp(`^${secretPattern}$`));
    expect(forms.redaction.text(`before ${text} after`)).toBe('before [secret] after');
  }
  expect(newCheckedSecret('lkst_').reveal()).toMatch(new RegExp(`^${OF_SERVICE_TOKENS}$`));
});

it('the patterns use only what JavaScript, PCRE and RE2 have in common', () => {
  for (const pattern of published()) expect(pattern).not.toMatch(/\\[dDwWsSbBpP]|\(\?|[\^$]/);
});
