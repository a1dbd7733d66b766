import type { Io } from '../io.ts';
import type { RunEvent } from './events.ts';
import { advance, emptyModel } from './model.ts';
import { eventLine, render } from './view.ts';

export interface Display {
  onEvent(event: RunEvent): void;
  stop(): void;
}

/** Shows a run: on a terminal a picture that is redrawn, elsewhere a line for every event. */
export function display(io: Io): Display {
  return io.live ? livePicture(io) : plainLines(io);
}

function plainLines(io: Io): Display {
  return {
    onEvent: (event) => io.out(`${eventLine(event)}\n`),
    stop: () => {},
  };
}

function livePicture(io: Io): Display {
  const model = emptyModel();
  let drawn = 0;
  const draw = () => {
    const lines = render(model, new Date(), { columns: io.columns(), rows: io.rows() });
    const back = drawn > 0 ? `\x1b[${drawn}A\r\x1b[J` : '';
    io.out(`${back}${lines.join('\n')}\n`);
    drawn = lines.length;
  };
  const timer = setInterval(draw, 500);
  return {
    onEvent: (event) => advance(model, event),
    stop() {
      clearInterval(timer);
      draw();
    },
  };
}
