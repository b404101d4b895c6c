"""Numba's type inference, without the code generation that it brings along.

To type a call of one of its own array functions, Numba compiles the function. What is only typed, because
a definition takes the place of the call, or because the types are asked for in another round, would be
compiled for nothing. So while types are inferred, `KeptDispatcher` infers the type of such a function's
result by the same means, and what is called is compiled when the program is.
"""

from __future__ import annotations

from typing import Any

from numba.core.compiler import CompilerBase, DefaultPassBuilder, Flags, _EarlyPipelineCompletion
from numba.core.compiler_machinery import FunctionPass, register_pass
from numba.core.registry import cpu_target
from numba.core.targetconfig import ConfigStack
from numba.core.typed_passes import NopythonTypeInference


@register_pass(mutates_CFG=False, analysis_only=True)
class _StopAfterTyping(FunctionPass):
    _name = "adcomp_stop_after_typing"

    def __init__(self) -> None:
        FunctionPass.__init__(self)

    def run_pass(self, state: Any) -> bool:
        raise _EarlyPipelineCompletion(state)


class _TypeOnly(CompilerBase):
    """Numba's own pass list, cut after type inference."""

    def define_pipelines(self) -> list[Any]:
        pm = DefaultPassBuilder.define_nopython_pipeline(self.state)
        pm.add_pass_after(_StopAfterTyping, NopythonTypeInference)
        pm.finalize()
        return [pm]


class TypingFlags(Flags):
    """The flags of a compilation that ends with type inference.

    Numba keeps the flags of the compilations that are under way on a stack. A function that is compiled
    in full within type inference has flags of the usual kind, so that what it calls is compiled too.
    """


def only_typing() -> bool:
    """Is the innermost of the compilations under way one that ends with type inference?"""
    return isinstance(ConfigStack.top_or_none(), TypingFlags)


def type_inference(function: Any, args: tuple[Any, ...], flags: Flags) -> Any:
    """The state of Numba's compiler after it has inferred the types of a function."""
    typing, target = cpu_target.typing_context, cpu_target.target_context
    compiler = _TypeOnly(typing, target, None, args, None, TypingFlags(flags), {})
    return compiler.compile_extra(function)
