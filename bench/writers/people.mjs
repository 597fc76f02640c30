// The contacts that are written: what a register knows of a person.
export const people = count =>
  Array.from({ length: count }, (_, index) => ({
    name: `Person ${index}`,
    language: index % 3 === 0 ? 'fra' : 'eng',
    urns: [`tel:+25078${String(index).padStart(7, '0')}`],
    fields: { age: String(18 + (index % 30)), clinic: `Clinic ${index % 40}`, visits: '3' },
  }));
