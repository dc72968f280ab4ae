"""The GPT-2 lab in headless Chromium, around a fake generator."""

import pytest

pytestmark = pytest.mark.browser
expect = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed").expect


def test_the_lab_from_a_prompt_to_a_continuation(address, app, visit):
    page = visit(address)
    page.click("#lab-tab-button")
    expect(page.locator("#lab-tokens .token .piece").first).to_have_text("T")
    expect(page.locator(".chart.plain .bars li")).to_have_count(10)

    page.fill("#lab-prompt textarea", "the heart €")
    expect(page.locator("#lab-tokens .token .piece")).to_have_text(["the", "␣heart", "␣", "E2", "82", "AC"])
    page.fill("#lab-top-k input[type=number]", "3")
    page.press("#lab-top-k input[type=number]", "Enter")
    expect(page.locator(".chart.shaped .bars li")).to_have_count(3)
    expect(page.locator(".chart.shaped")).to_contain_text("No other token can be drawn.")

    app.assistant.resources.generator("starter").pause = 0.1
    page.click("#lab-write")
    expect(page.locator(".continuation.running .new")).to_contain_text("heart lungs")
    page.click("#lab-stop")
    expect(page.locator(".continuation.done .prompt")).to_have_text("the heart €")
    expect(page.locator("#lab-write")).to_be_enabled()

    page.click("[data-act=language][data-name=fr]")
    expect(page.locator(".chart.plain h4")).to_have_text("Modèle brut")
    page.fill("#lab-prompt textarea", "")
    expect(page.locator("#lab-message .error")).to_contain_text("Tapez d’abord une amorce")
