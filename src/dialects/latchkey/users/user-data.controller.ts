/** Serves what is kept of a user (docs/contracts/latchkey.md §4): all of it as one document, and its erasure. */
import { Get, HttpCode, Post, Res } from '@nestjs/common';
import type { Response } from 'express';
import { DomainError } from '../../../core/index.js';
import { StrictInput, streamText } from '../../../http/index.js';
import { UserErasure, UserService, sameAddress, type User } from '../../../identity/index.js';
import { LatchkeyController } from '../latchkey.controller.js';
import { Documented } from '../latchkey.docs.js';
import { Caller, Permits, UserId, type LatchkeyCaller } from '../latchkey.guard.js';
import { Problem, wrongMember, unknown } from '../latchkey.problems.js';
import { People } from './people.js';
import { UserExport } from './user-export.js';
import { UserIds } from './user-ids.js';
import { UserExportView } from './user-export.views.js';
import { ErasureInput } from './users.inputs.js';
import { ErasedUserView, type ShownUser } from './users.views.js';

@LatchkeyController('users/:userId', 'Users')
export class UserDataController {
  constructor(
    private readonly users: UserService,
    private readonly people: People,
    private readonly ids: UserIds,
    private readonly exported: UserExport,
    private readonly erasure: UserErasure,
  ) {}

  @Permits('self-or-administrator')
  @Get('export')
  @Documented({
    operationId: 'exportUser',
    summary: 'Export all that is kept of a user',
    description:
      'One document, for the user and administrators of the server. It has no hash of a password or a token, and no secret.',
    returns: 'The document.',
    answer: UserExportView,
    problems: ['not-found', 'too-many-requests'],
  })
  async export(@Caller() caller: LatchkeyCaller, @UserId() id: number, @Res() response: Response): Promise<void> {
    const user = this.ids.areOwn ? await this.found(id) : await this.people.keptOf(id);
    const headers = {
      'Content-Type': 'application/json; charset=utf-8',
      'Content-Disposition': `attachment; filename="latchkey-user-${fileName(user)}.json"`,
      'Cache-Control': 'no-store',
    };
    await streamText(response, headers, this.exported.text(caller, user));
  }

  @Permits('administrator')
  @Post('erase')
  @HttpCode(200)
  @Documented({
    operationId: 'eraseUser',
    summary: 'Erase a user',
    description:
      'Deletes the user, and removes their name, e-mail address, network addresses and user agents from the audit log, ' +
      'whose rows keep the id. `email` has to be theirs. What others have named after them, such as tokens, stays. If it is ' +
      'interrupted, send it again; it also erases users who are deleted already. One cannot erase oneself, or the last ' +
      'administrator who can sign in: 409. Of a user of a host, everything that is kept here is removed; whether they are ' +
      'there is up to the host, and for one who is gone there, `email` is their id.',
    returns: 'How many rows of the audit log have changed.',
    body: ErasureInput,
    examples: { 'By their address': { email: 'alice@example.com' } },
    answer: ErasedUserView,
    problems: ['not-found', 'conflict'],
  })
  async erase(
    @Caller() { actor, user }: LatchkeyCaller,
    @UserId() id: number,
    @StrictInput(ErasureInput) { email }: ErasureInput,
  ): Promise<ErasedUserView> {
    if (id === user.id) throw new Problem('conflict', 'you cannot erase yourself; ask another administrator');
    const address = await orUnknown(this.erasure.addressOf(id));
    if (!sameAddress(address, email) && address !== email)
      throw wrongMember('email', 'email must be that of the user; nothing was erased');
    return { audit_rows: await orUnknown(this.erasure.erase(actor, id)) };
  }

  private found(id: number): Promise<User> {
    return orUnknown(this.users.get(id));
  }
}

/** Ids of a host may be any text. */
function fileName(user: User | ShownUser): string {
  return 'shownId' in user ? user.shownId.replaceAll(/[^\w.-]/g, '_') : String(user.id);
}

/** @throws Problem */
async function orUnknown<T>(found: Promise<T>): Promise<T> {
  try {
    return await found;
  } catch (error) {
    throw error instanceof DomainError && error.code === 'user_not_found' ? unknown('user') : error;
  }
}
