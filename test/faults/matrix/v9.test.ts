import { testMatrix } from './matrix.js';

testMatrix('v9');
