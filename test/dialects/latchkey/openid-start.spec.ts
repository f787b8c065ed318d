/** What a start says of a sign-in by OpenID Connect that cannot work, and what `latchkey check` finds. */
import { Logger, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';
import { describe, expect, it, jest } from '@jest/globals';
import {
  ConsoleModule,
  LatchkeyApiModule,
  LatchkeyModule,
  UserDirectory,
  type DirectoryUser,
} from '../../../src/index.js';
import { closeLater } from '../../support/closing.js';
import { startProvider } from '../../support/openid-provider.js';
import { shopDatabase } from '../../support/shop.js';
import { migratedDatabase } from '../../support/templates.js';
import { createDatabase } from '../../support/engines.js';
import { ACCOUNT, startServer } from '../../support/test-server.js';
import { latchkey } from '../../commands/support.js';
import { addressOf } from '../../embedding/support.js';

const CLIENT = { issuer: 'http://127.0.0.1:1', clientId: 'x', clientSecret: 'y' };
const ENVIRONMENT = {
  OPENID_ISSUER: CLIENT.issuer,
  OPENID_CLIENT_ID: CLIENT.clientId,
  OPENID_CLIENT_SECRET: CLIENT.clientSecret,
};

/** The host's own users. */
class People extends UserDirectory {
  find(): Promise<DirectoryUser | null> {
    return Promise.resolve(null);
  }

  findByEmail(): Promise<DirectoryUser | null> {
    return Promise.resolve(null);
  }
}

describe('sign-in by OpenID Connect', () => {
  it('needs the console', async () => {
    await expect(startServer('sqlite', { ...ENVIRONMENT, CONSOLE: 'off' })).rejects.toThrow(/CONSOLE=on/);
  });

  it('warns of roles in accounts that do not exist, once the server has accounts', async () => {
    const warn = jest.spyOn(Logger.prototype, 'warn').mockReturnValue();
    const said = (): string[] =>
      warn.mock.calls.map(([text]) => String(text)).filter((text) => text.includes('OPENID_ROLES'));
    const [one, other] = ['e'.repeat(32), 'f'.repeat(32)];
    const roles = { ops: [`${ACCOUNT.id}:read_only`, `${one}:read_only`], audit: `${other}:administrator` };
    const settings = { ...ENVIRONMENT, OPENID_ROLES: JSON.stringify(roles) };
    const first = await startServer('sqlite', settings);
    expect(said()).toEqual([]);
    await first.stop();
    await startServer('sqlite', settings, first.database);
    expect(said()).toEqual([`OPENID_ROLES gives roles in accounts that do not exist: ${one}, ${other}`]);
  });

  it('is refused in a host with users of its own', async () => {
    const database = await createDatabase('sqlite');
    const foundation = LatchkeyModule.forRoot({ providers: [{ provide: UserDirectory, useClass: People }] });
    @Module({
      imports: [
        TypeOrmModule.forRoot(shopDatabase(addressOf(database))),
        foundation,
        ConsoleModule.forRoot(),
        LatchkeyApiModule.forRoot({ openid: CLIENT, imports: [foundation] }),
      ],
    })
    class Host {}
    const app = await NestFactory.create(Host, { logger: false, abortOnError: false, bodyParser: false });
    closeLater(() => app.close());
    await expect(app.init()).rejects.toThrow(/UserDirectory of its own/);
  });

  it('is checked by options in code like by variables', () => {
    expect(() => LatchkeyApiModule.forRoot({ openid: { issuer: CLIENT.issuer } })).toThrow(
      /openid\.issuer is given without openid\.clientId/,
    );
  });
});

describe('latchkey check', () => {
  interface Finding {
    readonly check: string;
    readonly status: string;
    readonly message: string;
  }

  const findings = async (env: Record<string, string>): Promise<[status: string, message: string][]> => {
    const database = await migratedDatabase('sqlite', 'standalone');
    const result = await latchkey(database, ['check', '--json'], { env });
    return result
      .json<Finding[]>()
      .filter(({ check }) => check === 'openid')
      .map(({ status, message }) => [status, message]);
  };

  it('says whether the provider answers, and what nobody could use', async () => {
    const provider = await startProvider();
    expect(await findings({ ...provider.settings, OPENID_CREATE_USERS: 'true' })).toEqual([
      ['ok', `${provider.issuer} answers`],
    ]);
    const roles = JSON.stringify({ ops: `${'f'.repeat(32)}:read_only` });
    expect(await findings({ ...provider.settings, OPENID_ROLES: roles })).toEqual([
      ['ok', `${provider.issuer} answers`],
      ['warning', expect.stringContaining('OPENID_BIND_BY_EMAIL')],
      ['warning', expect.stringContaining('f'.repeat(32))],
    ]);
    const another = { ...provider.settings, OPENID_ISSUER: provider.issuer.replace('localhost', '127.0.0.1') };
    expect(await findings({ ...another, OPENID_CREATE_USERS: 'true' })).toEqual([
      ['problem', `${another.OPENID_ISSUER} calls itself "${provider.issuer}": set OPENID_ISSUER to exactly that`],
    ]);
    expect(await findings({ ...ENVIRONMENT, OPENID_CREATE_USERS: 'true' })).toEqual([
      ['warning', expect.stringContaining('does not answer (fetch failed: ')],
    ]);
    expect(await findings({})).toEqual([]);
  });
});
