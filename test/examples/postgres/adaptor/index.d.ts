type Operation = (state: object) => Promise<object>;
export declare function fn(func: (state: any) => any): Operation;
export declare function upsertMany(
  table: string,
  uuid: string,
  data: (state: any) => object[],
): Operation;
export declare function execute(...operations: Operation[]): Operation;
