/** Shows users, Latchkey's own or those of a host, as far as the viewer sees them (docs/contracts/latchkey.md §4). */
import { Injectable } from '@nestjs/common';
import { UserDirectory, shownIdOf, type DirectoryUser } from '../../../core/index.js';
import { KnownPeople, UserListing, type User, type UserFigures } from '../../../identity/index.js';
import { cursorOf, placeOf, type Page } from '../query/paging.js';
import { requireForm } from '../query/places.js';
import type { QueryValues } from '../query/parameters.js';
import { unknown } from '../latchkey.problems.js';
import { UserIds } from './user-ids.js';
import { userCursorOf, userPlaceOf, userQueryOf, type USERS_QUERY } from './users.query.js';
import { userView, type ShownUser, type UserView } from './users.views.js';

type Values = QueryValues<typeof USERS_QUERY>;
type Viewer = Pick<DirectoryUser, 'id' | 'admin'>;

@Injectable()
export class People {
  constructor(
    private readonly listing: UserListing,
    private readonly directory: UserDirectory,
    private readonly known: KnownPeople,
    private readonly ids: UserIds,
  ) {}

  /** `undefined` also for a user whom the viewer does not see. */
  async view(viewer: Viewer, id: number): Promise<UserView | undefined> {
    const user = this.ids.areOwn ? await this.listing.find(viewer, id) : await this.ofHost(viewer, id);
    const [view] = user ? await this.viewed(viewer, [user]) : [];
    return view;
  }

  /** Of Latchkey's own users. */
  async viewOf(viewer: Viewer, user: User): Promise<UserView> {
    const [view] = await this.viewed(viewer, [user]);
    if (!view) throw new Error('a user has no view');
    return view;
  }

  /**
   * A user whose data are asked for: of a host, also one who is gone there, of whom only the id is known.
   * @throws Problem `not-found`
   */
  async keptOf(id: number): Promise<ShownUser> {
    const user = await this.directory.find(id);
    if (user) return shown(user);
    const shownId = this.ids.areOwn ? undefined : (await this.ids.shown([id])).get(id);
    if (shownId === undefined) throw unknown('user');
    return { id, shownId, name: '', email: '', admin: false, status: 'blocked', createdAt: null, lastLoginAt: null };
  }

  /** @throws Problem */
  async page(viewer: Viewer, query: Values): Promise<Page<UserView>> {
    if (!this.ids.areOwn) return this.pageOfHost(viewer, query);
    const page = await this.listing.page(viewer, userQueryOf(query), userPlaceOf(query), query.limit);
    return {
      items: await this.viewed(viewer, page.users),
      next_cursor: page.next ? userCursorOf(page.next, query) : null,
    };
  }

  /** Those who have been here, in the order in which they came; the filters choose among them. */
  private async pageOfHost(viewer: Viewer, { q = '', role, state, limit, cursor }: Values): Promise<Page<UserView>> {
    const list = ['people', q, role, state];
    const place = cursor === undefined ? [0] : placeOf(cursor, list, 1);
    requireForm(place, ['number']);
    const { ids, next } = await this.known.page(viewer, Number(place[0]), limit);
    const text = q.toLowerCase();
    const users = (await this.directory.findMany(ids)).filter(
      ({ name, email, admin, status }) =>
        (name.toLowerCase().includes(text) || email.toLowerCase().includes(text)) &&
        (role === undefined || admin === (role === 'administrator')) &&
        (state === undefined || state.includes(status)),
    );
    return {
      items: await this.viewed(viewer, users.map(shown)),
      next_cursor: next === undefined ? null : cursorOf([next], list),
    };
  }

  private async ofHost(viewer: Viewer, id: number): Promise<ShownUser | null> {
    if (!(await this.known.isSeen(viewer, id))) return null;
    const user = await this.directory.find(id);
    return user && shown(user);
  }

  private async viewed(viewer: Viewer, users: readonly (User | ShownUser)[]): Promise<UserView[]> {
    const figures: ReadonlyMap<number, UserFigures> = await this.listing.figuresOf(
      viewer,
      users.map(({ id }) => id),
    );
    return users.map((user) => userView(user, figures.get(user.id)));
  }
}

/** As a directory knows them. */
function shown(user: DirectoryUser): ShownUser {
  const { id, name, email, admin, status } = user;
  return { id, shownId: shownIdOf(user), name, email, admin, status, createdAt: null, lastLoginAt: null };
}
