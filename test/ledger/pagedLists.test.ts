import { testLedger } from './ledger.js';
import { PAGED_LISTS } from './lists.js';

testLedger('pagedLists', PAGED_LISTS);
