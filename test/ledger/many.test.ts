import { BULKS } from './bulk.js';
import { testLedger } from './ledger.js';
import { MANIES } from './many.js';

testLedger('many', [...MANIES, ...BULKS]);
