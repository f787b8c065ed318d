import { describe, expect, it } from '@jest/globals';
import { TOKEN_CHANGES, TokenIssued, TokenRevoked, type Token } from '../../core/index.js';
import { UnknownChange, acknowledgementRequest, messagesOf, readMessage } from './message.js';

const FROM = 'f'.repeat(32);
const token = {
  id: 'id',
  kind: 'session',
  handle: 'handle',
  handleScope: '',
  label: 'a name',
  userId: 1,
  accountId: null,
};
const read = (text: string): ReturnType<typeof readMessage> => readMessage(text, TOKEN_CHANGES);

describe('messages between instances', () => {
  it('contain every change of a unit of work in order, and mark the last', () => {
    const changes = [new TokenIssued(token as Token), new TokenRevoked(token as Token)];
    const messages = messagesOf(FROM, 7, changes).map(read);
    expect(messages.map(({ part, last }) => [part, last])).toEqual([
      [0, false],
      [1, true],
    ]);
    expect(messages.map(({ change }) => change)).toEqual(changes);
  });

  it('restore changes with the methods of their class', () => {
    const [text = ''] = messagesOf(FROM, 1, [new TokenIssued(token as Token)]);
    expect(read(text).change).toBeInstanceOf(TokenIssued);
    expect(read(text).change?.revokesAccess()).toBe(false);
  });

  it('fit into the limit of PostgreSQL, and still say which token changed', () => {
    const named = { ...token, label: '🔑'.repeat(1000) } as Token;
    const [text = ''] = messagesOf(FROM, 1, [new TokenRevoked(named, { extra: 'x'.repeat(9000) })]);
    expect(Buffer.byteLength(text)).toBeLessThan(8000);
    const [short = ''] = messagesOf(FROM, 1, [new TokenRevoked(named, { extra: 'é'.repeat(3000) })]);
    expect(Buffer.byteLength(short)).toBeLessThan(8000);
    expect(read(text).change).toMatchObject({
      tokenId: 'id',
      userId: 1,
      target: { id: 'id', name: null },
      details: {},
    });
  });

  it('of a newer version count as a change that may concern anything', () => {
    for (const type of ['token.renamed', 'constructor', '__proto__']) {
      const message = read(JSON.stringify({ from: FROM, number: 1, part: 0, last: true, change: { type } }));
      expect(message.change).toBeInstanceOf(UnknownChange);
      expect(message.change?.revokesAccess()).toBe(true);
    }
  });

  it('may request acknowledgements without a change', () => {
    expect(read(acknowledgementRequest(FROM, 9))).toEqual({ from: FROM, number: 9, part: -1, last: true });
  });

  it.each([
    ['no JSON', 'x'],
    ['no object', 'null'],
    ['another sender', JSON.stringify({ from: 'somebody', number: 1 })],
    ['no number', JSON.stringify({ from: FROM, number: '1' })],
  ])('are refused when they are %s', (_what, text) => {
    expect(() => read(text)).toThrow();
  });
});
