/** A shop: a host application with entities, routes and global settings of its own, in which our modules are embedded. */
import type { AddressInfo } from 'node:net';
import {
  Body,
  Catch,
  Controller,
  Get,
  HttpException,
  Module,
  Post,
  ValidationPipe,
  VersioningType,
  type ArgumentsHost,
  type ExceptionFilter,
  type ModuleMetadata,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { InjectRepository, TypeOrmModule, type TypeOrmModuleOptions } from '@nestjs/typeorm';
import { IsString, Length } from 'class-validator';
import type { Response } from 'express';
import helmet from 'helmet';
import {
  Column,
  Entity,
  PrimaryGeneratedColumn,
  Repository,
  Table,
  type MigrationInterface,
  type QueryRunner,
} from 'typeorm';
import { closeLater, type Close } from './closing.js';
import { ENTITIES, MIGRATIONS, type DatabaseAddress } from '../../src/index.js';

@Entity({ name: 'shop_article' })
export class Article {
  @PrimaryGeneratedColumn('increment', { type: 'integer' })
  id!: number;

  @Column({ type: 'varchar', length: 100 })
  name!: string;
}

export class ShopTables1790000000000 implements MigrationInterface {
  name = 'ShopTables1790000000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.createTable(
      new Table({
        name: 'shop_article',
        columns: [
          { name: 'id', type: 'integer', isPrimary: true, isGenerated: true, generationStrategy: 'increment' },
          { name: 'name', type: 'varchar', length: '100' },
        ],
      }),
    );
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.dropTable('shop_article');
  }
}

class NewArticle {
  @IsString()
  @Length(1, 100)
  name!: string;
}

@Controller({ path: 'articles', version: '1' })
export class ArticlesController {
  constructor(@InjectRepository(Article) private readonly articles: Repository<Article>) {}

  @Get()
  list(): Promise<Article[]> {
    return this.articles.find({ order: { id: 'ASC' } });
  }

  @Post()
  create(@Body() { name }: NewArticle): Promise<Article> {
    return this.articles.save(this.articles.create({ name }));
  }
}

/** The shop's own form of errors. */
@Catch()
class ShopErrors implements ExceptionFilter {
  catch(error: unknown, host: ArgumentsHost): void {
    const status = error instanceof HttpException ? error.getStatus() : 500;
    const message = error instanceof Error ? error.message : 'unknown';
    host.switchToHttp().getResponse<Response>().status(status).json({ shop_error: message });
  }
}

/** The shop's connection, with our entities and migrations in addition to its own. */
export function shopDatabase(address: DatabaseAddress, poolSize = 10): TypeOrmModuleOptions {
  const shared = {
    entities: [Article, ...ENTITIES],
    migrations: [ShopTables1790000000000, ...MIGRATIONS],
    migrationsRun: true,
    retryAttempts: 0,
  };
  return address.engine === 'sqlite'
    ? { ...shared, type: 'better-sqlite3', database: address.path }
    : { ...shared, type: 'postgres', url: address.url, poolSize };
}

/** What a module of the shop needs in addition to its imports to serve `/shop/v1/articles`. */
export const ARTICLES = { imports: [TypeOrmModule.forFeature([Article])], controllers: [ArticlesController] };

/** The shop's limit of JSON bodies in bytes; ours are longer. */
export const SHOP_BODY_BYTES = 40;

/** Every global setting by which an application could interfere with a module's routes. */
export function asShop(app: NestExpressApplication): void {
  app.setGlobalPrefix('shop');
  app.enableVersioning({ type: VersioningType.URI, defaultVersion: '1' });
  app.useGlobalPipes(new ValidationPipe({ whitelist: true, forbidNonWhitelisted: true, transform: true }));
  app.useGlobalFilters(new ShopErrors());
  app.use(helmet());
  app.enableCors();
  app.useBodyParser('json', { limit: SHOP_BODY_BYTES });
}

export interface Host {
  readonly app: NestExpressApplication;
  readonly baseUrl: string;
  readonly close: Close;
}

/**
 * Starts an application on a port of its own. If it cannot start, the error is thrown and nothing is left open.
 * @param settle - applies global settings. Default: none
 */
export async function startHost(
  metadata: ModuleMetadata,
  settle: (app: NestExpressApplication) => void = () => undefined,
): Promise<Host> {
  @Module(metadata)
  class HostModule {}
  const options = { logger: false, abortOnError: false } as const;
  const app = await NestFactory.create<NestExpressApplication>(HostModule, options);
  const close = closeLater(() => app.close());
  try {
    settle(app);
    await app.listen(0, '127.0.0.1');
  } catch (error) {
    await close();
    throw error;
  }
  const { port } = app.getHttpServer().address() as AddressInfo;
  return { app, baseUrl: `http://127.0.0.1:${String(port)}`, close };
}
