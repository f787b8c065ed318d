/** What the host of the mount trial puts before, around and after all routes. */
import {
  Catch,
  HttpException,
  Injectable,
  type ArgumentsHost,
  type BeforeApplicationShutdown,
  type CallHandler,
  type CanActivate,
  type ExceptionFilter,
  type ExecutionContext,
  type NestInterceptor,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
  type OnModuleDestroy,
  type OnModuleInit,
} from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { map, type Observable } from 'rxjs';

/** Whether a route belongs to somebody else than the shop, who says so. */
export const foreign = { isRoute: (_context: ExecutionContext): boolean => false };

/** A response of Express, or a reply of Fastify. */
interface Reply {
  header(name: string, value: string): unknown;
}

/** The shop's own form of errors. */
@Catch()
export class ShopErrors implements ExceptionFilter {
  constructor(private readonly host: HttpAdapterHost) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const status = error instanceof HttpException ? error.getStatus() : 500;
    const shop_error = error instanceof HttpException ? error.getResponse() : 'the shop is out of order';
    this.host.httpAdapter.reply(host.switchToHttp().getResponse(), { shop_error }, status);
  }
}

/** Refuses as limiters and sign-ins do, every request that asks for it. */
@Injectable()
export class Limiter implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const http = context.switchToHttp();
    const wanted = http.getRequest<IncomingMessage>().headers['x-refuse'];
    if (wanted === undefined) return true;
    http.getResponse<Reply>().header('Retry-After', '7');
    throw new HttpException('refused by the shop', Number(wanted));
  }
}

@Injectable()
export class Wrapping implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    if (context.getType() !== 'http' || foreign.isRoute(context)) return next.handle();
    context.switchToHttp().getResponse<Reply>().header('X-Intercepted', 'yes');
    return next.handle().pipe(map((data: unknown) => ({ data })));
  }
}

export function stamp(_request: IncomingMessage, response: ServerResponse, next: () => void): void {
  response.setHeader('X-Stamp', 'shop');
  next();
}

/** The parser of a host that has switched Nest's off. */
export function ownParser(
  request: IncomingMessage & { body?: unknown },
  _response: ServerResponse,
  next: () => void,
): void {
  if (request.method !== 'POST' || !request.url?.startsWith('/accounts')) {
    next();
    return;
  }
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    request.body = { parsed: 'by the shop', bytes: Buffer.concat(chunks).length };
    next();
  });
}

/** Tells in which order the host begins and ends. */
@Injectable()
export class Life
  implements OnModuleInit, OnApplicationBootstrap, OnModuleDestroy, BeforeApplicationShutdown, OnApplicationShutdown
{
  scenario = '';

  onModuleInit(): void {
    this.tell('init');
  }

  onApplicationBootstrap(): void {
    this.tell('bootstrap');
  }

  onModuleDestroy(): void {
    this.tell('destroy');
  }

  beforeApplicationShutdown(signal?: string): void {
    this.tell(`before shutdown by ${String(signal)}`);
  }

  onApplicationShutdown(signal?: string): void {
    this.tell(`shutdown by ${String(signal)}`);
  }

  private tell(what: string): void {
    process.stdout.write(`event ${this.scenario} ${what}\n`);
  }
}
