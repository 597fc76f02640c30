import { testLedger } from './ledger.js';
import { PLAIN_LISTS } from './lists.js';

testLedger('plainLists', PLAIN_LISTS);
