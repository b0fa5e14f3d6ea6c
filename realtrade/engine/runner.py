"""Build a bot from a recipe, run it, and bring it down in order whatever happens."""

from __future__ import annotations

from threading import Event as Flag
from typing import TYPE_CHECKING

from realtrade.engine import equity
from realtrade.engine.build import StageFailed, build
from realtrade.engine.ending import settle_orders
from realtrade.engine.guard import Crash, wind_down
from realtrade.engine.lifecycle import Phase
from realtrade.engine.observer import Silent
from realtrade.engine.outcome import RunOutcome
from realtrade.engine.parts import Parts
from realtrade.engine.pulse import Pulse
from realtrade.engine.report import with_artifacts
from realtrade.engine.stages import STAGES
from realtrade.engine.vectorised.run import run_bars
from realtrade.model.events import Event, EventType
from realtrade.plugins.registry import Registry
from realtrade.recipe.blocks import Mode
from realtrade.utils.clock import Clock, SystemClock

if TYPE_CHECKING:
    from pathlib import Path

    from realtrade.engine.controls import Controls
    from realtrade.engine.lifecycle import LifecycleManager
    from realtrade.engine.observer import RunObserver
    from realtrade.engine.outcome import Ending
    from realtrade.engine.state import StateFolder
    from realtrade.recipe import Recipe


class TradingRunner:
    """One recipe, run once, in the mode it names.

    ```python
    recipe = load_recipe("recipes/quickstart.yaml")
    outcome = TradingRunner(recipe, out=Path("runs/quickstart")).run()
    ```
    """

    def __init__(
        self,
        recipe: Recipe,
        *,
        out: Path | None = None,
        registry: Registry | None = None,
        clock: Clock | None = None,
        observer: RunObserver | None = None,
        recipe_text: str = "",
        state: StateFolder | None = None,
    ) -> None:
        """Take what a run needs; nothing is built before `run`.

        Args:
            recipe: checked and frozen.
            out: folder of the artifacts; None writes none.
            registry: the plugins there are.
            clock: time of live runs; a backtest lives in its bars' time.
            observer: who is told how it goes.
            recipe_text: the effective recipe as YAML, secrets as references, for the report.
            state: where a live bot may be operated from; nowhere when left out.
        """
        self._observer = observer or Silent()
        self._out = out
        self._recipe_text = recipe_text
        self._stop = Flag()
        self._parts = Parts(
            recipe=recipe,
            registry=registry or Registry(),
            clock=clock or SystemClock(),
            observer=self._observer,
            state=state if recipe.mode is not Mode.BACKTEST else None,
            out=out,
            recipe_text=recipe_text,
        )

    def run(self) -> RunOutcome:
        """Build, trade until the last bar or until stopped, write the artifacts, take down.

        Returns:
            How it ended; an exception while trading is in its `crash`.

        Raises:
            StageFailed: it could not be built; nothing has been traded.
            OSError: the artifacts could not be written.
        """
        lifecycle = self._parts.lifecycle
        try:
            stack = build(STAGES, self._parts, self._enter)
        except _StoppedEarly:
            outcome = RunOutcome(ending="stopped")
        except StageFailed as failed:
            lifecycle.advance(Phase.FAILED, str(failed))
            raise
        else:
            with stack:
                outcome = self._live()
        failed_at_work = outcome.ending == "failed"
        lifecycle.advance(Phase.FAILED if failed_at_work else Phase.STOPPED, outcome.ending)
        self._observer.finished(outcome)
        return outcome

    def _live(self) -> RunOutcome:
        """Trade and report; whatever stands is taken down behind this."""
        parts = self._parts
        parts.lifecycle.advance(Phase.WARMUP if parts.live else Phase.TRADING)
        self._observer.stage("trading")
        self._mark(EventType.STARTED, f"{parts.recipe.name} started in mode {parts.recipe.mode}")
        crash = self._trade()
        outcome = self._report(crash)
        if crash is not None:
            self._mark(EventType.FAILED, f"{type(crash.error).__name__}: {crash.error}")
        else:
            self._mark(EventType.STOPPED, f"{parts.recipe.name} {outcome.ending}")
        return outcome

    def _mark(self, kind: EventType, message: str) -> None:
        """Have beginning and end of a live run remembered and told."""
        parts = self._parts
        if parts.live:
            message = parts.redactor.redact(message)
            parts.tell(Event(kind, parts.clock.now_ms(), message))

    def stop(self) -> None:
        """End the run at the next bar as if it were the last; from any thread, repeatable."""
        self._stop.set()
        self._parts.stop()

    def pause(self) -> None:
        """Let no new exposure in until `resume`; reductions and cancels pass. From any thread."""
        self._parts.controls.pause(by="the caller")

    def resume(self) -> None:
        """Let orders through again, whoever held them back. From any thread."""
        self._parts.controls.resume(by="the caller")

    def reload(self, recipe: Recipe) -> list[str]:
        """Take over what a running bot can of a changed recipe; from any thread.

        Returns:
            A sentence for everything that has changed: taken over, or restart needed.
        """
        from realtrade.engine.reload import reload

        told = reload(self._parts, recipe)
        for line in told:
            self._parts.say("warning" if "restart" in line else "info", f"recipe: {line}")
        return told

    @property
    def controls(self) -> Controls:
        """What people may do to the bot while it runs."""
        return self._parts.controls

    @property
    def lifecycle(self) -> LifecycleManager:
        """Where the bot is in its life; listen here to follow it."""
        return self._parts.lifecycle

    def _enter(self, stage: str) -> None:
        if self._stop.is_set():
            raise _StoppedEarly
        self._observer.stage(stage)

    def _beat(self) -> None:
        """Tell how far the run is; Cerebro forgets a stop asked for before it began."""
        if self._stop.is_set():
            self._parts.stop()
        self._observer.progress(*self._parts.progress())

    def _trade(self) -> Crash | None:
        parts = self._parts
        try:
            with Pulse(self._beat):
                run_bars(parts)
                parts.lifecycle.advance(Phase.DRAINING)
                settle_orders(parts)
        except KeyboardInterrupt:
            self._stop.set()
            self._wind_down()
        except Exception as error:  # noqa: BLE001 - a user's code, or anything below it; the outcome reports it
            crash = Crash.of(error, parts.folder, parts.spec.cls, redact=parts.redactor.redact)
            self._wind_down()
            return crash
        return None

    def _wind_down(self) -> None:
        """Do what Cerebro would have done at its end."""
        parts = self._parts
        parts.lifecycle.advance(Phase.DRAINING)
        raised = wind_down(getattr(parts.cerebro, "runningstrats", ()))
        try:
            settle_orders(parts)
        except Exception as error:  # noqa: BLE001 - the strategy hears of its orders and may raise again
            raised.append(error)
        for another in raised:
            told = f"while stopping: {type(another).__name__}: {another}"
            parts.say("error", told)

    def _report(self, crash: Crash | None) -> RunOutcome:
        ending: Ending = "failed" if crash else "stopped" if self._stop.is_set() else "completed"
        result = RunOutcome(ending=ending, crash=crash)
        try:
            equity.finish(self._parts)
            return with_artifacts(self._parts, result, self._out, self._recipe_text)
        except Exception as error:
            if crash is None:
                raise
            told = f"no artifacts: {type(error).__name__}: {error}"
            self._parts.say("error", told)
            return result


class _StoppedEarly(Exception):
    """Somebody asked to stop before the bot was built."""
