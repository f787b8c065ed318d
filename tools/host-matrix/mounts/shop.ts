/** The routes of the host of the mount trial. Many bear names that Latchkey uses, too. */
import {
  BadRequestException,
  Body,
  Controller,
  Get,
  Header,
  Head,
  HttpException,
  Module,
  Options,
  Param,
  ParseIntPipe,
  Post,
  Query,
  Redirect,
  Req,
  Sse,
  StreamableFile,
  Version,
  type MessageEvent,
  type RawBodyRequest,
} from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { InjectDataSource, InjectRepository, TypeOrmModule } from '@nestjs/typeorm';
import { IsInt, IsString, Length, Min } from 'class-validator';
import type { IncomingMessage, Server } from 'node:http';
import { of, type Observable } from 'rxjs';
import { Column, DataSource, Entity, ManyToOne, PrimaryGeneratedColumn, type Relation, type Repository } from 'typeorm';

@Entity()
export class User {
  @PrimaryGeneratedColumn()
  id!: number;

  @Column({ type: 'varchar' })
  displayName!: string;
}

@Entity()
export class Account {
  @PrimaryGeneratedColumn()
  id!: number;

  @Column({ type: 'varchar' })
  name!: string;

  /** By the name of the class, as people write where two files import each other. */
  @ManyToOne('User', { cascade: ['insert'] })
  owner!: Relation<User>;
}

@Entity()
export class Token {
  @PrimaryGeneratedColumn()
  id!: number;
}

export const TABLES = [User, Account, Token];

export class NewAccount {
  @IsString()
  @Length(1, 20)
  name!: string;

  @IsInt()
  @Min(0)
  seats!: number;
}

@Controller()
export class RootController {
  constructor(
    private readonly host: HttpAdapterHost,
    @InjectDataSource() private readonly dataSource: DataSource,
  ) {}

  /** As at every start with `synchronize`. */
  @Post('synchronize')
  async synchronize(): Promise<object> {
    await this.dataSource.synchronize();
    return { tables: this.dataSource.entityMetadatas.map(({ tableName }) => tableName).sort() };
  }

  @Get()
  root(): string {
    return 'the shop';
  }

  /** What a library could have changed in the process and in the server. */
  @Get('settings')
  settings(): object {
    const server = this.host.httpAdapter.getHttpServer() as Server;
    const application = this.host.httpAdapter.getInstance<{ settings?: Record<string, unknown> }>();
    const { headersTimeout, requestTimeout, keepAliveTimeout, maxHeadersCount, timeout } = server;
    const listeners = ['uncaughtException', 'unhandledRejection', 'SIGINT', 'SIGTERM', 'SIGHUP', 'warning'];
    const names = ['etag', 'trust proxy', 'x-powered-by', 'case sensitive routing', 'strict routing'];
    return {
      server: { headersTimeout, requestTimeout, keepAliveTimeout, maxHeadersCount, timeout },
      application: names.map((name) => [name, application.settings?.[name]]),
      process: listeners.map((name) => [name, process.listenerCount(name)]),
    };
  }

  @Get('verify')
  verify(): string {
    return "the shop's own verify";
  }

  @Get('health/ready')
  ready(): object {
    return { shop: 'ready' };
  }

  @Get('moved')
  @Redirect('/elsewhere', 301)
  moved(): void {
    // The decorator answers.
  }

  @Get('file')
  @Header('Cache-Control', 'max-age=60')
  file(): StreamableFile {
    return new StreamableFile(Buffer.from('a file'), { type: 'text/plain', disposition: 'attachment' });
  }

  @Sse('events')
  events(): Observable<MessageEvent> {
    return of({ data: 'one' }, { data: 'two' });
  }

  @Get('fails/:status')
  fails(@Param('status', ParseIntPipe) status: number): never {
    if (status === 500) throw new Error('a secret of the shop');
    if (status === 400) throw new BadRequestException(['one', 'two']);
    throw new HttpException({ reason: 'of the shop' }, status);
  }
}

@Controller('accounts')
export class AccountsController {
  constructor(@InjectRepository(Account) private readonly accounts: Repository<Account>) {}

  @Get()
  list(@Query('q') q: string | string[] | undefined): Promise<unknown> {
    return this.accounts.find({ relations: { owner: true } }).then((accounts) => ({ q, accounts }));
  }

  @Get('named/:name')
  named(@Param('name') name: string): object {
    return { name };
  }

  @Get(':id')
  one(@Param('id', ParseIntPipe) id: number): object {
    return { id };
  }

  @Post()
  async create(@Body() { name, seats }: NewAccount): Promise<object> {
    const made = await this.accounts.save(this.accounts.create({ name, owner: { displayName: `of ${name}` } }));
    return { id: made.id, seats };
  }

  @Post('raw')
  raw(@Req() request: RawBodyRequest<IncomingMessage & { body?: unknown }>): object {
    return { raw: request.rawBody?.toString() ?? null, body: request.body ?? null };
  }

  @Head('head')
  head(): void {
    // The status says it.
  }

  @Options('options')
  options(): string {
    return 'asked for options';
  }
}

@Controller({ path: 'users', version: ['1', '2'] })
export class UsersController {
  @Get()
  first(): string {
    return 'users of version 1 and 2';
  }

  @Version('3')
  @Get()
  third(): string {
    return 'users of version 3';
  }
}

/** Next to our routes, below the same first segment. */
@Controller('tokens')
export class TokensController {
  @Get()
  list(): string {
    return 'tokens of the shop';
  }

  @Get(':id')
  one(@Param('id') id: string): string {
    return `token ${id} of the shop`;
  }
}

@Controller()
class EverythingController {
  @Get('*path')
  page(@Param('path') path: string | string[] | undefined): object {
    return { page: path };
  }
}

/** To be imported after all others: it answers what they do not. */
@Module({ controllers: [EverythingController] })
export class EverythingModule {}

/** One of each host, because a class is a module once in a process. */
export function shopModule(): object {
  @Module({
    imports: [TypeOrmModule.forFeature(TABLES)],
    controllers: [RootController, AccountsController, UsersController, TokensController],
  })
  class ShopModule {}
  return ShopModule;
}
