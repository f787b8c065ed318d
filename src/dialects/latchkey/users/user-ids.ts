/** Turns ids of users as the directory has them into the numbers by which rows refer to users, and back. */
import { Injectable } from '@nestjs/common';
import { UnitOfWork, UserDirectory, isStorableText } from '../../../core/index.js';
import { HOST_ID_MAX, LocalUserDirectory } from '../../../identity/index.js';
import { Problem, unknown, wrongMember, wrongParameter } from '../latchkey.problems.js';

/** No user has it. */
const NOBODY = 0;

/** Everything in this API that names a user has the id of the directory: the number of Latchkey's own, or that of the host. */
@Injectable()
export class UserIds {
  /** Whether users are Latchkey's own, and not those of a host. */
  readonly areOwn: boolean;

  constructor(
    private readonly users: UserDirectory,
    private readonly unitOfWork: UnitOfWork,
  ) {
    this.areOwn = users instanceof LocalUserDirectory;
  }

  /** `null` for a text that is the id of no user. Latchkey's own may be gone, or never have been there. */
  find(text: unknown): Promise<number | null> {
    if (!isStorableText(text, 1, HOST_ID_MAX)) return Promise.resolve(null);
    return this.users.numberOf(text, this.unitOfWork);
  }

  /** @throws Problem `not-found` */
  async inPath(text: unknown): Promise<number> {
    const id = await this.find(text);
    if (id === null) throw unknown('user');
    return id;
  }

  /**
   * For a filter: a user of a host who is not known selects nothing, so that nobody learns who there is.
   * @throws Problem for a text that cannot be an id
   */
  async inFilter(name: string, text: string): Promise<number>;
  async inFilter(name: string, text: string | undefined): Promise<number | undefined>;
  async inFilter(name: string, text: string | undefined): Promise<number | undefined> {
    if (text === undefined) return undefined;
    const id = await this.find(text);
    if (id !== null) return id;
    if (!this.areOwn && isStorableText(text, 1, HOST_ID_MAX)) return NOBODY;
    throw wrongParameter(name, `${name} must be the id of a user`);
  }

  /** @throws Problem that names the member */
  async inMember(name: string, text: string): Promise<number> {
    const id = await this.find(text);
    if (id === null) throw wrongMember(name, `${name} must be the id of a user`);
    return id;
  }

  /** The ids as everybody sees them. */
  shown(numbers: readonly number[]): Promise<ReadonlyMap<number, string>> {
    if (numbers.length === 0) return Promise.resolve(new Map());
    return this.users.idsOf([...new Set(numbers)], this.unitOfWork);
  }

  /** @throws Problem where users are those of a host */
  requireOwn(): void {
    if (this.areOwn) return;
    throw new Problem(
      'conflict',
      'the users are those of the application that embeds this server: add, change and remove them there',
    );
  }
}
