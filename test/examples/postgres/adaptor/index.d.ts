interface State {
  rows: object[];
  rapidpro?: object;
}
type Operation = (state: object) => Promise<object>;
export declare function fn(func: (state: State) => object): Operation;
export declare function upsertMany(
  table: string,
  uuid: string,
  data: (state: State) => object[],
): Operation;
export declare function execute(...operations: Operation[]): Operation;
