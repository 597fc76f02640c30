/** A flow that asks one question after the other. */
export function askingFlow(flow: {
  uuid: string;
  name: string;
  questions: { name: string; text: string; type: 'has_text' | 'has_number' }[];
  webhook?: { url: string; secret: string };
  thanks: string;
}): object;
