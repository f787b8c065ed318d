/** Reads where the writes are, although TypeORM reads from a replica where the host has one. */
import type { DataSource, EntityManager } from 'typeorm';

/**
 * Runs reads on the primary: what was revoked must not be seen any more, and what was made must be seen at once. Without
 * replicas this is the manager of the connection.
 */
export async function onPrimary<T>(dataSource: DataSource, work: (manager: EntityManager) => Promise<T>): Promise<T> {
  if (!dataSource.driver.isReplicated) return work(dataSource.manager);
  const queryRunner = dataSource.createQueryRunner('master');
  try {
    return await work(queryRunner.manager);
  } finally {
    await queryRunner.release();
  }
}
