"""Gradio's part of the look: system fonts, and the colours that `style.css` defines, light and dark."""

import re

import gradio as gr

FONTS = ("ui-sans-serif", "system-ui", "Segoe UI", "Roboto", "Helvetica Neue", "Noto Sans", "sans-serif")
MONO = ("ui-monospace", "SFMono-Regular", "Menlo", "Consolas", "monospace")


def scaled(css: str) -> str:
    """A style sheet whose sizes of text all follow `--text`, which the user moves in the settings."""
    return re.sub(r"\bfont-size: ([\d.]+px)", r"font-size: calc(\1 * var(--text, 1))", css)


def _sizes(usual: gr.themes.Size) -> gr.themes.Size:
    names = ("xxs", "xs", "sm", "md", "lg", "xl", "xxl")
    return gr.themes.Size(**{name: f"calc({getattr(usual, name)} * var(--text, 1))" for name in names}, name="scaled")


def theme() -> gr.themes.Base:
    """One calm theme. Fonts are those of the system: nothing is fetched."""
    made = gr.themes.Base(
        primary_hue=gr.themes.colors.teal,
        neutral_hue=gr.themes.colors.stone,
        radius_size=gr.themes.sizes.radius_md,
        text_size=_sizes(gr.themes.sizes.text_md),
        font=FONTS,
        font_mono=MONO,
    )
    colours = {
        "body_background_fill": "var(--ground)",
        "background_fill_primary": "var(--surface)",
        "background_fill_secondary": "var(--ground)",
        "body_text_color": "var(--ink)",
        "body_text_color_subdued": "var(--muted)",
        "border_color_primary": "var(--line)",
        "block_background_fill": "var(--surface)",
        "block_label_text_color": "var(--muted)",
        "input_background_fill": "var(--surface)",
        "input_border_color": "var(--line)",
        "input_border_color_focus": "var(--accent)",
        "input_placeholder_color": "var(--muted)",
        "button_primary_background_fill": "var(--accent)",
        "button_primary_background_fill_hover": "var(--accent-strong)",
        "button_primary_text_color": "var(--on-accent)",
        "button_secondary_background_fill": "var(--surface)",
        "button_secondary_background_fill_hover": "var(--hover)",
        "button_secondary_text_color": "var(--ink)",
        "button_secondary_border_color": "var(--line)",
        "color_accent_soft": "var(--accent-soft)",
        "link_text_color": "var(--accent-text)",
    }
    dark = {f"{name}_dark": value for name, value in colours.items()}
    return made.set(block_border_width="0px", block_shadow="none", color_accent="var(--accent)", **colours, **dark)
