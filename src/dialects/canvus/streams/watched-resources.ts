/** The four resources that can be watched: all users, one user, a user's access tokens, one access token. */
import { Injectable } from '@nestjs/common';
import { In } from 'typeorm';
import { DomainError, TokenChange, UnitOfWork, type Change } from '../../../core/index.js';
import {
  PersonalToken,
  PersonalTokenService,
  User,
  UserChange,
  UserDeleted,
  UserService,
} from '../../../identity/index.js';
import { TOKEN_NOT_FOUND } from '../canvus.messages.js';
import { accessTokenView, userView } from '../canvus.views.js';
import { ALL, type Item, type WatchedResource } from './watched-resource.js';

@Injectable()
export class WatchedResources {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly users: UserService,
    private readonly tokens: PersonalTokenService,
  ) {}

  allUsers(): WatchedResource {
    return {
      name: 'users',
      isList: true,
      userId: null,
      ownerId: null,
      read: async (keys) => (await (keys ? this.usersById(keys) : this.users.list())).map(userItem),
      affectedKey: (change) => (change instanceof UserChange ? String(change.userId) : undefined),
    };
  }

  user(userId: number): WatchedResource {
    return {
      name: `users/${String(userId)}`,
      isList: false,
      userId,
      ownerId: null,
      read: async () => [userItem(await this.users.get(userId))],
      affectedKey: (change) => (change instanceof UserChange ? ALL : undefined),
    };
  }

  tokensOf(userId: number): WatchedResource {
    return {
      name: `users/${String(userId)}/access-tokens`,
      isList: true,
      userId,
      ownerId: userId,
      read: async (keys) => {
        if (keys) return (await this.tokensById(userId, keys)).map(tokenItem);
        await this.users.get(userId);
        return (await this.tokens.list(userId)).map(tokenItem);
      },
      affectedKey: (change) => (change instanceof UserDeleted ? ALL : changedToken(change)?.tokenId),
    };
  }

  token(userId: number, id: string): WatchedResource {
    return {
      name: `users/${String(userId)}/access-tokens/${id}`,
      isList: false,
      userId,
      ownerId: userId,
      read: async () => {
        const token = await this.tokens.find(userId, id);
        if (!token) throw new DomainError('token_not_found', TOKEN_NOT_FOUND);
        return [tokenItem(token)];
      },
      affectedKey: (change) => (change instanceof UserDeleted || changedToken(change)?.handle === id ? ALL : undefined),
    };
  }

  private usersById(keys: readonly string[]): Promise<User[]> {
    return this.unitOfWork.read((manager) => manager.findBy(User, { id: In(keys.map(Number)) }));
  }

  private tokensById(userId: number, keys: readonly string[]): Promise<PersonalToken[]> {
    return this.unitOfWork.read((manager) => manager.findBy(PersonalToken, { userId, id: In([...keys]) }));
  }
}

function changedToken(change: Change): TokenChange | undefined {
  return change instanceof TokenChange && change.kind === 'personal_token' ? change : undefined;
}

function userItem(user: User): Item {
  return { key: String(user.id), json: JSON.stringify(userView(user)) };
}

function tokenItem(token: PersonalToken): Item {
  return { key: token.id, json: JSON.stringify(accessTokenView(token)) };
}
