/** A tracked entity as DHIS2 takes it, enrolled in the program by default. */
export function person(values: {
  id: string;
  name?: string;
  phone?: string;
  language?: string;
  clinic?: string;
  enrolled?: boolean;
}): object;
