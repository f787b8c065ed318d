import { listSuite } from './list-cases.js';

listSuite('POST', 'access_tokens/list');
listSuite('GET', 'access_tokens/list');
