"""The options of page images: asked for, named, remembered."""

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import click

from ambuda_desktop.cli.completing import Preset
from ambuda_desktop.cli.options import Function
from ambuda_desktop.cli.session import Session
from ambuda_desktop.errors import BadInput
from ambuda_desktop.params.page_numbers import format_pages, parse_pages
from ambuda_desktop.params.split import PageOptions

SMALLEST_DPI, LARGEST_DPI = 36, 2400


class PageRange(click.ParamType[str]):
    """Page numbers such as 1-20,25, kept as such a text."""

    name = "pages"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        try:
            return format_pages(parse_pages(value))
        except ValueError as error:
            self.fail(str(error), param, ctx)


class Dpi(click.ParamType[int]):
    """Dots per inch; 0 stands for no limit."""

    name = "dpi"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        try:
            dpi = int(value)
        except ValueError:
            dpi = -1
        if dpi != 0 and not SMALLEST_DPI <= dpi <= LARGEST_DPI:
            self.fail(f"“{value}” is not {SMALLEST_DPI} to {LARGEST_DPI}, or 0 for no limit.", param, ctx)
        return dpi


takes_pages = click.option(
    "--pages", type=PageRange(), metavar="1-20,25", help="Only these pages. Default: all."
)

_OPTIONS = (
    click.option("--format", type=click.Choice(["jpeg", "png"]), help="JPEG, or PNG without any loss."),
    click.option("--quality", type=click.IntRange(1, 100), help="Of JPEGs that are made; copied ones stay."),
    click.option("--grayscale/--color", default=None, help="Without colours, or with them."),
    click.option("--max-dpi", type=Dpi(), metavar="300", help="Make finer scans smaller; 0: no limit."),
    click.option("--preset", type=Preset(), metavar="NAME", help="Begin with the options saved under NAME."),
    click.option("--save-preset", metavar="NAME", help="Save these options under NAME."),
)


@dataclass(frozen=True)
class Asked:
    """What somebody asked for; None where nothing was said."""

    format: str | None
    quality: int | None
    grayscale: bool | None
    max_dpi: int | None
    preset: str | None
    save_preset: str | None

    def resolve(self, session: Session, base: PageOptions) -> PageOptions:
        """The options: those of the preset, else `base`, with what was asked for. Saves them where asked.

        Raises BadInput where there is no such preset.
        """
        settings = session.settings
        if self.preset is not None:
            if self.preset not in settings.presets:
                known = ", ".join(settings.presets) or "none yet; --save-preset makes one"
                raise BadInput(f"There is no preset “{self.preset}”. There are: {known}.")
            base = settings.presets[self.preset]
        said = {
            name: value
            for name in ("format", "quality", "grayscale", "max_dpi")
            if (value := getattr(self, name)) is not None
        }
        if said.get("max_dpi") == 0:
            said["max_dpi"] = None
        options = PageOptions.model_validate({**base.model_dump(), **said})
        if self.save_preset is not None:
            self._save(session, options)
        return options

    def _save(self, session: Session, options: PageOptions) -> None:
        name = " ".join((self.save_preset or "").split())
        if not name:
            raise BadInput("The preset has no name. Type one behind --save-preset.")
        settings = session.settings
        settings.presets = {**settings.presets, name: options}
        session.paths.make()
        settings.save(session.paths.settings)


def takes_page_options(function: Function) -> Function:
    """Adds the options of page images to a command, which gets them as `asked`."""

    @functools.wraps(function)
    def with_asked(*args: Any, **values: Any) -> Any:
        fields = {name: values.pop(name) for name in Asked.__dataclass_fields__}
        return function(*args, asked=Asked(**fields), **values)

    decorated: Callable[..., Any] = with_asked
    for option in reversed(_OPTIONS):
        decorated = option(decorated)
    return decorated  # type: ignore[return-value]
