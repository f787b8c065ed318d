/** Finishes a document for people who try it: lists before what needs their ids, and open locks on what is public. */
import type { OpenAPIObject } from '@nestjs/swagger';
import { OPTIONAL_CREDENTIALS } from './documented.js';

const METHODS = ['get', 'head', 'post', 'put', 'patch', 'delete'];

type PathItem = OpenAPIObject['paths'][string];
type Operation = NonNullable<PathItem['get']>;

/** A requirement of nothing next to others would be shown as a lock that somebody has opened already. */
function openIfPublic(operation: Operation): Operation {
  const isPublic = operation.security?.some((requirement) => Object.keys(requirement).length === 0) ?? false;
  return isPublic && !(OPTIONAL_CREDENTIALS in operation) ? { ...operation, security: [] } : operation;
}

/** Within each tag, lists come first; within each path, what reads comes before what changes. Tags keep their order. */
export function listsFirst(document: OpenAPIObject): OpenAPIObject {
  const items = Object.entries(document.paths).map(([path, item]): [string, PathItem] => [path, readsFirst(item)]);
  const tags = [...new Set(items.map(([, item]) => tagOf(item)))];
  const rank = ([path, item]: [string, PathItem]): number =>
    tags.indexOf(tagOf(item)) * 2 + (isList(path, item) ? 0 : 1);
  const ordered = items.sort((one, other) => rank(one) - rank(other));
  return { ...document, paths: Object.fromEntries(ordered) };
}

function readsFirst(item: PathItem): PathItem {
  const rank = ([key]: [string, unknown]): number => METHODS.indexOf(key);
  const operations = Object.entries(item) as [string, Operation][];
  operations.sort((one, other) => rank(one) - rank(other));
  return Object.fromEntries(operations.map(([key, operation]) => [key, openIfPublic(operation)]));
}

function isList(path: string, item: PathItem): boolean {
  return item.get !== undefined && !path.endsWith('}');
}

function tagOf({ get, post, put, patch, delete: remove }: PathItem): string {
  return (get ?? post ?? put ?? patch ?? remove)?.tags?.[0] ?? '';
}
