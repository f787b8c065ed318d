/** Groups as the API shows them, and how suites make some. */
import { ok, type Canvus } from './support.js';

export interface Group {
  description: string;
  id: number;
  name: string;
  state?: string;
}

export const GROUP_KEYS = ['description', 'id', 'name'];

export const ALL_USERS: Group = { description: 'All users on this server.', id: 1, name: 'All Users' };

let counter = 0;

/** A new group; fields are added to the request that creates it. */
export async function newGroup(canvus: Canvus, fields: Record<string, unknown> = {}): Promise<Group> {
  counter += 1;
  return ok<Group>(await canvus.admin.post('/groups', { name: `Group of test ${String(counter)}`, ...fields }));
}

export function membersOf({ id }: Group): string {
  return `/groups/${String(id)}/members`;
}
