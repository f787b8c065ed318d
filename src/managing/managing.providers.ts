/** The providers of the room, for the module that assembles them. */
import { HostActors } from './host-actors.js';
import { HostTokenLists } from './host-token-lists.js';
import { TokenAccess } from './token-access.js';
import { TokenInfos } from './token-infos.js';
import { TokenManager } from './token-manager.js';
import { TokensApi, TokensApiParts } from './tokens-api.js';

export const MANAGING_PROVIDERS = [
  HostActors,
  HostTokenLists,
  TokenAccess,
  TokenInfos,
  TokenManager,
  TokensApiParts,
  {
    provide: TokensApi,
    useFactory: (parts: TokensApiParts): TokensApi => TokensApi.of(parts),
    inject: [TokensApiParts],
  },
];
