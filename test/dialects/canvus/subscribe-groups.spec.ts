import { describe, expect, it } from '@jest/globals';
import type { LineStream } from '../../support/line-stream.js';
import { membersOf, newGroup, type Group } from './group-cases.js';
import { watching } from './subscribers.js';
import { canvusSuite, ok, userPath, type User } from './support.js';

/** Streams of previous tests may still be counted for a moment. */
const AMPLE = { CANVUS_STREAMS_PER_USER: '100', CANVUS_STREAMS_PER_TOKEN: '100' };

canvusSuite(
  'GET groups?subscribe',
  (canvus) => {
    const watch = watching(canvus);
    const groupPath = ({ id }: Group): string => `/groups/${String(id)}`;
    const add = async (group: Group, { id }: User): Promise<void> => {
      ok(await canvus.admin.post(membersOf(group), { id }));
    };

    it('begins with the plain list, and sends each change as an array', async () => {
      const { actor } = await canvus.person();
      const stream = await watch('/groups', actor.token);
      expect(await stream.line(0)).toEqual(ok(await canvus.admin.get('/groups')));
      const group = await newGroup(canvus);
      expect(await stream.line(1)).toEqual([group]);
      ok(await canvus.admin.patch(groupPath(group), { description: 'Other' }));
      expect(await stream.line(2)).toEqual([{ ...group, description: 'Other' }]);
      // A membership does not change the group.
      await add(group, (await canvus.person()).user);
      ok(await canvus.admin.delete(groupPath(group)));
      expect(await stream.line(3)).toEqual([{ ...group, description: 'Other', state: 'deleted' }]);
    });

    it('sends one group as an object, and ends with its deletion', async () => {
      const group = await newGroup(canvus);
      const [stream, other] = [await watch(groupPath(group)), await watch('/groups/1')];
      expect([await stream.line(0), await other.line<Group>(0)]).toMatchObject([group, { name: 'All Users' }]);
      await newGroup(canvus);
      ok(await canvus.admin.patch(groupPath(group), { name: 'Seen by the stream' }));
      expect(await stream.line(1)).toEqual({ ...group, name: 'Seen by the stream' });
      ok(await canvus.admin.delete(groupPath(group)));
      expect(await stream.line(2)).toEqual({ ...group, name: 'Seen by the stream', state: 'deleted' });
      expect(await stream.ended).toBe(true);
    });

    describe('members', () => {
      it('come, change, leave, and are deleted', async () => {
        const [group, other] = [await newGroup(canvus), await newGroup(canvus)];
        const [one, two] = [await canvus.person(), await canvus.person()];
        await add(group, one.user);
        const stream = await watch(membersOf(group), two.actor.token);
        expect(await stream.line(0)).toEqual([one.user]);
        await add(other, two.user);
        await add(group, two.user);
        expect(await stream.line(1)).toEqual([two.user]);
        ok(await canvus.admin.patch(userPath(one.user.id), { name: 'Renamed' }));
        expect(await stream.line(2)).toEqual([{ ...one.user, name: 'Renamed' }]);
        ok(await canvus.admin.delete(`${membersOf(group)}/${String(two.user.id)}`));
        expect(await stream.line(3)).toEqual([{ ...two.user, state: 'deleted' }]);
        ok(await canvus.admin.delete(userPath(one.user.id)));
        expect(await stream.line(4)).toEqual([{ ...one.user, name: 'Renamed', state: 'deleted' }]);
      });

      it('of a group that is deleted are sent as deleted, and the stream ends', async () => {
        const group = await newGroup(canvus);
        const { user } = await canvus.person();
        await add(group, user);
        const stream = await watch(membersOf(group));
        await stream.line(0);
        ok(await canvus.admin.delete(groupPath(group)));
        expect(await stream.line(1)).toEqual([{ ...user, state: 'deleted' }]);
        expect(await stream.ended).toBe(true);
      });

      it('of the group of all users are all users', async () => {
        const stream = await watch('/groups/1/members');
        expect(await stream.line(0)).toEqual(ok(await canvus.admin.get('/users')));
        const { user } = await canvus.person();
        expect(await stream.line<User[]>(1)).toEqual([user]);
      });
    });

    it('ends when the token of the subscriber is revoked', async () => {
      const { user, actor } = await canvus.person();
      const group = await newGroup(canvus);
      const streams: LineStream[] = [];
      for (const path of ['/groups', groupPath(group), membersOf(group)]) streams.push(await watch(path, actor.token));
      await Promise.all(streams.map((stream) => stream.line(0)));
      ok(await canvus.admin.post(userPath(user.id, '/block')));
      for (const stream of streams) expect([await stream.ended, stream.lines.length]).toEqual([true, 1]);
    });
  },
  AMPLE,
);
