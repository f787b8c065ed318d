/** The metadata for OpenAPI are stored as the decorators of @nestjs/swagger store them. */
import 'reflect-metadata';
import { expect, it } from '@jest/globals';
import * as theirs from '@nestjs/swagger';
import * as ours from './swagger.js';

type Kit = Pick<
  typeof ours,
  | 'ApiBody'
  | 'ApiConsumes'
  | 'ApiExcludeController'
  | 'ApiExcludeEndpoint'
  | 'ApiExtension'
  | 'ApiExtraModels'
  | 'ApiOperation'
  | 'ApiParam'
  | 'ApiProperty'
  | 'ApiPropertyOptional'
  | 'ApiQuery'
  | 'ApiResponse'
  | 'ApiSecurity'
  | 'ApiTags'
  | 'PartialType'
  | 'PickType'
>;

class Part {
  size = 0;
}

/** Everything that is stored of a class and its members, without the order of the keys. */
function storedOf(target: object, names: readonly string[]): unknown {
  const prototype = Reflect.get(target, 'prototype') as Record<string, unknown>;
  const all = (holder: object, name?: string): Record<string, unknown> => {
    const keys = (
      name === undefined ? Reflect.getMetadataKeys(holder) : Reflect.getMetadataKeys(holder, name)
    ) as string[];
    return Object.fromEntries(
      keys
        .filter((key) => key.startsWith('swagger/'))
        .map((key) => [
          key,
          name === undefined ? Reflect.getMetadata(key, holder) : Reflect.getMetadata(key, holder, name),
        ]),
    );
  };
  return [
    all(target),
    all(prototype),
    ...names.map((name) => {
      const value = Object.getOwnPropertyDescriptor(prototype, name)?.value as object | undefined;
      return [all(prototype, name), value ? all(value) : {}];
    }),
  ];
}

function documented(kit: Kit): unknown {
  class View {
    @kit.ApiProperty({ example: 'a', description: 'Text.' })
    text = '';
    @kit.ApiProperty({ type: [Part] })
    parts: Part[] = [];
    @kit.ApiProperty({ type: () => Part, nullable: true })
    part: Part | null = null;
    @kit.ApiProperty({ type: String, isArray: true, example: ['a'] })
    list: string[] = [];
    @kit.ApiProperty({ enum: ['a', 'b'], example: 'a' })
    choice = 'a';
    @kit.ApiPropertyOptional({ type: 'integer', minimum: 1, maximum: undefined })
    count?: number;
    @kit.ApiPropertyOptional({ enum: ['a'], isArray: true })
    choices?: string[];
    @kit.ApiPropertyOptional()
    bare?: boolean;
  }
  class Picked extends kit.PickType(View, ['text', 'count']) {}
  class Partially extends kit.PartialType(View) {
    @kit.ApiPropertyOptional({ description: 'Other text.' })
    override text = '';
  }
  @kit.ApiTags('One', 'Two')
  @kit.ApiSecurity('Bearer')
  @kit.ApiSecurity({ Name: [], Key: [] })
  @kit.ApiConsumes('text/plain')
  @kit.ApiExcludeController()
  class Routes {
    @kit.ApiOperation({ summary: 'Lists', description: '', operationId: undefined })
    @kit.ApiQuery({ name: 'order', required: false, enum: ['asc', 'desc'] })
    @kit.ApiQuery({ name: 'page', required: false, type: 'integer', example: 1 })
    @kit.ApiQuery({ name: 'ids', type: [String], examples: { none: { value: [] } } })
    @kit.ApiQuery({ name: 'kinds', enum: ['a', 'b'], isArray: true })
    @kit.ApiParam({ name: 'id', type: String, description: 'The id.', example: 'a' })
    @kit.ApiResponse({ status: 200, description: 'All.', type: View, isArray: true })
    @kit.ApiResponse({ status: 404, description: 'None.', type: Part, isArray: false, example: {} })
    @kit.ApiResponse({ status: 400, description: 'Text.', headers: undefined, content: { 'text/plain': {} } })
    list(): void {
      return undefined;
    }
    @kit.ApiBody({ type: View, required: false })
    @kit.ApiSecurity({})
    @kit.ApiExtension('x-optional', true)
    @kit.ApiExtraModels(View, Part)
    @kit.ApiExcludeEndpoint()
    create(): void {
      return undefined;
    }
  }
  const members = ['text', 'parts', 'list', 'choice', 'count', 'choices', 'bare'];
  const views = [View, Picked, Partially].map((view) => storedOf(view, members));
  return { views, routes: storedOf(Routes, ['list', 'create']) };
}

/** Functions are compared by what they return. */
const plain = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value, (_key, part: unknown) => (typeof part === 'function' ? part.name : part)));

it('every decorator stores what that of @nestjs/swagger stores', () => {
  expect(plain(documented(ours))).toEqual(plain(documented(theirs as unknown as Kit)));
});

it('a schema is where @nestjs/swagger puts it', () => {
  expect([ours.getSchemaPath(Part), ours.getSchemaPath('Part')]).toEqual([
    theirs.getSchemaPath(Part),
    theirs.getSchemaPath('Part'),
  ]);
});
