/** What a machine answers to an event: what it is in now, and what the world outside must do, in this order. */
export interface Step<State, Effect> {
  state: State;
  effects: readonly Effect[];
}
