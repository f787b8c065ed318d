import { describe, expect, it } from '@jest/globals';
import { Rotations } from './rotations.js';
import type { ServiceToken } from './service-token.entity.js';

const ID = 'f174e90a-fafe-4643-bbbc-4a0ed4fc8415';

describe('a rotation', () => {
  const rotations = (): { all: Rotations; read: (id?: string) => ServiceToken } => {
    const all = new Rotations();
    const read = (id = ID): ServiceToken => {
      const token = { id } as ServiceToken;
      all.noteRequest(token, performance.now());
      return token;
    };
    return { all, read };
  };
  const done = (): Promise<string> => Promise.resolve('secret');

  it('is refused while another one of the token runs, and not of another token', async () => {
    const { all, read } = rotations();
    let finish = (): void => undefined;
    const first = all.run(
      read(),
      true,
      () =>
        new Promise<string>(
          (resolve) =>
            (finish = () => {
              resolve('first');
            }),
        ),
    );
    await expect(all.run(read(), true, done)).rejects.toMatchObject({ code: 'conflict' });
    expect(await all.run(read('other'), true, done)).toBe('secret');
    finish();
    expect(await first).toBe('first');
    expect(await all.run(read(), true, done)).toBe('secret');
  });

  it('is refused if another one has returned since it was requested', async () => {
    const { all, read } = rotations();
    const late = read();
    await all.run(read(), true, done);
    await expect(all.run(late, true, done)).rejects.toMatchObject({ code: 'conflict' });
    expect(await all.run(read(), true, done)).toBe('secret');
  });

  it('that failed refuses no other', async () => {
    const { all, read } = rotations();
    const late = read();
    await expect(all.run(read(), true, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await all.run(late, true, done)).toBe('secret');
  });

  it('that is not exclusive is let through, and refuses those that are', async () => {
    const { all, read } = rotations();
    let finish = (): void => undefined;
    const first = all.run(read(), false, () => new Promise<void>((resolve) => (finish = resolve)));
    expect(await all.run(read(), false, done)).toBe('secret');
    await expect(all.run(read(), true, done)).rejects.toMatchObject({ code: 'conflict' });
    finish();
    await first;
  });
});
