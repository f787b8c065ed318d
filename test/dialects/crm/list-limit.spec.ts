/** CRM_LIST_MAX: how many tokens one answer may contain, and how it says that there are more. */
import { expect, it } from '@jest/globals';
import { Recorder } from '../../support/channels.js';
import { crmSuite, make, type Members } from './support.js';

interface Listed {
  readonly description: string;
  readonly numbers: number[];
}

crmSuite(
  'a list that is longer than one answer may be',
  (crm) => {
    it('says at which offset the next tokens are, if there are any', async () => {
      const { root } = await crm.organisation();
      for (let at = 0; at < 4; at += 1) await make(root);
      const list = async (members: Members): Promise<Listed> => {
        const reply = await root.post('access_tokens/list', { fields_set: 'number', ...members });
        const { status, data } = reply.json<{ status: { description: string }; data: { number: string }[] }>();
        return { description: status.description, numbers: data.map(({ number }) => Number(number.slice(2))) };
      };
      const cut = (next: number): string =>
        `only 2 are returned at once (CRM_LIST_MAX); the next ones have offset ${String(next)}`;
      const recorder = new Recorder('latchkey:capacity');
      expect(await list({ number: 10 })).toEqual({ description: cut(2), numbers: [1, 2] });
      expect(await list({ number: 3, offset: 1 })).toEqual({ description: cut(3), numbers: [2, 3] });
      expect(await list({ number: 10, offset: 2 })).toEqual({ description: '', numbers: [3, 4] });
      expect(await list({ number: 2 })).toEqual({ description: '', numbers: [1, 2] });
      const told = { resource: 'list_rows', limit: 2, address: expect.stringContaining('127.0.0.1') };
      expect(recorder.of('latchkey:capacity')).toEqual([told, told]);
      recorder.stop();
    });
  },
  { CRM_LIST_MAX: '2' },
);
