import { type Asking, askingFlow } from './asking-flow.js';
import { repeatable } from './random.js';
import type { FlowSeed } from './types.js';

const REMINDER: Asking = {
  name: 'Antenatal Reminder',
  question: 'Hello @contact.first_name. Will you come to your antenatal visit this week?',
  translations: {
    fra: 'Bonjour @contact.first_name. Viendrez-vous à votre visite prénatale cette semaine ?',
  },
  result: 'Attending',
  answers: [
    {
      category: 'Yes',
      test: 'has_any_word',
      words: 'yes y oui yego',
      reply: 'Thank you, @contact.first_name. The clinic expects you.',
    },
    {
      category: 'No',
      test: 'has_any_word',
      words: 'no n non oya',
      reply: 'Thank you for telling us. A health worker will call you.',
    },
  ],
  otherwise: 'Thank you. A health worker will read your message.',
};

const DANGER_SIGNS: Asking = {
  name: 'Danger Signs',
  question: 'Do you have any of these today: bleeding, fever, or none?',
  translations: {
    fra: "Avez-vous aujourd'hui : bleeding (saignement), fever (fièvre), none (rien) ?",
  },
  result: 'Sign',
  answers: [
    {
      category: 'Bleeding',
      test: 'has_any_word',
      words: 'bleeding blood saignement',
      reply: 'Please go to the nearest health center now, or call @globals.hotline.',
    },
    {
      category: 'Fever',
      test: 'has_any_word',
      words: 'fever hot fièvre',
      reply: 'Please come to the clinic today.',
    },
    {
      category: 'None',
      test: 'has_any_word',
      words: 'none no rien non',
      reply: 'Good. We will ask again next week.',
    },
  ],
  otherwise: 'Thank you. A health worker will read your message.',
};

const POSTNATAL: Asking = {
  name: 'Postnatal Check',
  question: 'What is the weight of your baby in kilograms?',
  translations: { fra: 'Quel est le poids de votre bébé, en kilogrammes ?' },
  result: 'Weight',
  answers: [
    {
      category: 'Has Number',
      test: 'has_number',
      reply: 'Thank you. We have noted @results.weight kg.',
    },
  ],
  otherwise: 'Please bring your baby to the clinic to be weighed.',
};

/** The flows of the made-up program. Each asks one question and replies to the answer. */
export function maternalFlows(): FlowSeed[] {
  const chance = repeatable(17);
  const asking = [REMINDER, DANGER_SIGNS, POSTNATAL].map(one => askingFlow(one, chance));
  return [...asking, { name: 'Old Registration', archived: true }];
}
