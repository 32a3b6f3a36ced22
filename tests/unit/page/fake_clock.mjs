/** Time that only passes when told to. */
export class FakeClock {
  time = 0;
  timers = [];
  now() { return this.time; }
  after(run, ms) { const timer = { at: this.time + ms, run }; this.timers.push(timer); return timer; }
  cancel(timer) { this.timers = this.timers.filter((other) => other !== timer); }
  pass(ms) {
    const end = this.time + ms;
    for (;;) {
      const due = this.timers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
      if (!due) break;
      this.cancel(due);
      this.time = due.at;
      due.run();
    }
    this.time = end;
  }
}
