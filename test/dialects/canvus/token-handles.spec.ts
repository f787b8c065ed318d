import { describe, expect, it } from '@jest/globals';
import { HashingService, Secret } from '../../../src/core/index.js';
import { newTokenIdSalt, tokenId } from '../../../src/dialects/canvus/token-handles.js';

const VECTOR = {
  salt: '$2a$04$CJMbCOH5ASXJAPMxw6XMZ.',
  plain: 'QbhGvPSeh0hLSgfJb120I6by4ao1J5RRd59XmNOQq2g',
  id: 'JDJhJDA0JENKTWJDT0g1QVNYSkFQTXh3NlhNWi44SUR3aHJaY2E1UUVaOGZUeTRDejB2ZnQzWGovclQ2',
};

describe('token ids', () => {
  const hashing = new HashingService({ bcryptCost: 4 });

  it("are the vendor's, for the vendor's own example", async () => {
    expect(await tokenId(hashing, new Secret(VECTOR.plain), VECTOR.salt)).toBe(VECTOR.id);
  });

  it('are 80 letters and digits for any secret and any fresh salt', async () => {
    for (let round = 0; round < 40; round += 1) {
      const salt = await newTokenIdSalt(hashing);
      expect(salt).toMatch(/^\$2a\$04\$[./A-Za-z0-9]{22}$/);
      const id = await tokenId(hashing, hashing.newSecret(), salt);
      expect(id).toMatch(/^[A-Za-z0-9]{80}$/);
      expect(Buffer.from(id, 'base64').toString()).toMatch(/^\$2a\$04\$/);
    }
  });

  it('differ between salts, and repeat under the same salt', async () => {
    const secret = hashing.newSecret();
    const [one, other] = [await newTokenIdSalt(hashing), await newTokenIdSalt(hashing)];
    expect(one).not.toBe(other);
    const id = await tokenId(hashing, secret, one);
    expect(await tokenId(hashing, secret, one)).toBe(id);
    expect(await tokenId(hashing, secret, other)).not.toBe(id);
  });
});
