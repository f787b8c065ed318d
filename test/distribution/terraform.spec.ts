/** The example for Terraform, without Terraform: what it says is sent in the order of its references, and admits its token. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from '@jest/globals';
import { ask, assertionOf } from '../data-plane/guarded.js';
import { dataPlaneSuite, ok, pair } from '../data-plane/support.js';
import { ROOT } from '../docs/pages.js';
import { ACCOUNT } from '../support/test-server.js';

interface Resource {
  readonly type: string;
  readonly name: string;
  /** JSON, with references as strings in the form of HCL. */
  readonly attributes: Readonly<Record<string, unknown>>;
}

/** What Terraform's provider calls them below an account. */
const PATHS: Readonly<Record<string, string>> = {
  cloudflare_zero_trust_access_service_token: 'service_tokens',
  cloudflare_zero_trust_access_policy: 'policies',
  cloudflare_zero_trust_access_application: 'apps',
};

/** Blocks of resources, in the subset of HCL that the example uses. */
function resources(text: string): Resource[] {
  const plain = text.replace(/^\s*#.*$/gm, '').replace(/^ {2}lifecycle \{[^]*?^ {2}\}/gm, '');
  return [...plain.matchAll(/^resource "(\w+)" "(\w+)" \{$([^]*?)^\}/gm)].map(
    ([, type = '', name = '', body = '']) => ({
      type,
      name,
      attributes: JSON.parse(asJson(`{${body}}`)) as Record<string, unknown>,
    }),
  );
}

/** Assignments as members, with a comma after each line that ends a value. */
function asJson(body: string): string {
  return body
    .replace(/(\w+)(\s*)=\s/g, '"$1":')
    .replace(/:((?:var|cloudflare_\w+)[\w.]*)/g, ':"$1"')
    .replace(/(["\d\]}])\s*\n(?=\s*")/g, '$1,\n');
}

const EXAMPLE = readFileSync(path.join(ROOT, 'examples/terraform/main.tf'), 'utf8');

dataPlaneSuite('the example for Terraform', ({ cf }) => {
  it('creates what it names, in the order of its references, and its token is admitted', async () => {
    const known = new Map<string, Record<string, unknown>>();
    const valueOf = (reference: string): unknown => {
      const [type, name, member = ''] = reference.split('.');
      const value = known.get(`${String(type)}.${String(name)}`)?.[member];
      if (value === undefined) throw new Error(`nothing is known of ${reference}`);
      return value;
    };
    for (const { type, name, attributes } of resources(EXAMPLE)) {
      const { account_id: account, ...sent } = attributes;
      expect(account).toBe('var.account_id');
      const text = JSON.stringify(sent).replace(/"(cloudflare_\w+\.\w+\.\w+)"/g, (_, reference: string) =>
        JSON.stringify(valueOf(reference)),
      );
      const body = JSON.parse(text) as Record<string, unknown>;
      const created = ok<Record<string, unknown>>(
        await cf.admin.post(`/accounts/${ACCOUNT.id}/access/${String(PATHS[type])}`, body),
        201,
      );
      // What was sent comes back as it was: else Terraform says that the provider gave an inconsistent result.
      expect(created).toMatchObject(body);
      known.set(`${type}.${name}`, created);
    }
    expect([...known.keys()].map((key) => key.split('.')[0])).toEqual(Object.keys(PATHS));
    for (const [, reference = ''] of EXAMPLE.matchAll(/^ {2}value\s*= (\S+)$/gm))
      expect(valueOf(reference)).toBeTruthy();
    const [token, , application] = [...known.values()];
    const credentials = { client_id: String(token?.client_id), client_secret: String(token?.client_secret) };
    assertionOf(await ask(cf.server, `app=${String(application?.id)}`, pair(credentials)));
  });
});
