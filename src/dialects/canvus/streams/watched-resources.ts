/** The resources that can be watched: users, one user, a user's access tokens, one access token. */
import { Injectable } from '@nestjs/common';
import { In } from 'typeorm';
import { DomainError, TokenChange, UnitOfWork, UserDirectory, type Change } from '../../../core/index.js';
import {
  PersonalToken,
  PersonalTokenService,
  User,
  UserChange,
  UserDeleted,
  UserService,
  VisibleUsers,
  type Viewer,
} from '../../../identity/index.js';
import { TOKEN_NOT_FOUND } from '../canvus.messages.js';
import { accessTokenView } from '../canvus.views.js';
import { mapped, rankOf, single, userItem } from './items.js';
import { SeenUsers } from './seen-users.js';
import { ownedBy, seeing, seeingEverybody } from './watch-access.js';
import { ALL, type Item, type WatchedResource } from './watched-resource.js';

@Injectable()
export class WatchedResources {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly users: UserService,
    private readonly visible: VisibleUsers,
    private readonly directory: UserDirectory,
    private readonly tokens: PersonalTokenService,
  ) {}

  /** All users for those who see everybody: they share one reading. For others, the users that they see. */
  async usersFor(viewer: Viewer): Promise<WatchedResource> {
    if (!(await this.visible.isRestricted(viewer))) return this.allUsers();
    return new SeenUsers(viewer.id, this.directory, this.visible, userItem);
  }

  private allUsers(): WatchedResource {
    return {
      name: 'users',
      isList: true,
      userId: null,
      access: seeingEverybody(this.visible),
      read: (keys) => mapped(keys ? this.usersById(keys) : this.users.all(), userItem),
      affectedKey: (change) => (change instanceof UserChange ? String(change.userId) : undefined),
    };
  }

  user(userId: number): WatchedResource {
    return {
      name: `users/${String(userId)}`,
      isList: false,
      userId,
      access: seeing(this.visible, userId),
      read: () => single(async () => userItem(await this.users.get(userId))),
      affectedKey: (change) => (change instanceof UserChange ? ALL : undefined),
    };
  }

  tokensOf(userId: number): WatchedResource {
    return {
      name: `users/${String(userId)}/access-tokens`,
      isList: true,
      userId,
      access: ownedBy(userId),
      read: (keys) => mapped(keys ? this.tokensById(userId, keys) : this.allTokens(userId), tokenItem),
      affectedKey: (change) => (change instanceof UserDeleted ? ALL : changedToken(change)?.tokenId),
    };
  }

  token(userId: number, id: string): WatchedResource {
    return {
      name: `users/${String(userId)}/access-tokens/${id}`,
      isList: false,
      userId,
      access: ownedBy(userId),
      read: () =>
        single(async () => {
          const token = await this.tokens.find(userId, id);
          if (!token) throw new DomainError('token_not_found', TOKEN_NOT_FOUND);
          return tokenItem(token);
        }),
      affectedKey: (change) => (change instanceof UserDeleted || changedToken(change)?.handle === id ? ALL : undefined),
    };
  }

  private async *usersById(keys: readonly string[]): AsyncGenerator<User[], void> {
    yield await this.unitOfWork.read((manager) => manager.findBy(User, { id: In(keys.map(Number)) }));
  }

  private async *tokensById(userId: number, keys: readonly string[]): AsyncGenerator<PersonalToken[], void> {
    yield await this.unitOfWork.read((manager) => manager.findBy(PersonalToken, { userId, id: In([...keys]) }));
  }

  private async *allTokens(userId: number): AsyncGenerator<PersonalToken[], void> {
    await this.users.get(userId);
    yield* this.tokens.all(userId);
  }
}

function changedToken(change: Change): TokenChange | undefined {
  return change instanceof TokenChange && change.kind === 'personal_token' ? change : undefined;
}

function tokenItem(token: PersonalToken): Item {
  const rank = `${rankOf(token.createdAt.getTime())} ${token.id}`;
  return { key: token.id, rank, json: JSON.stringify(accessTokenView(token)) };
}
