from corpus.readers import read

TEXT = """\
.. A comment
   of two lines

=====
 Tea
=====

A **good** drink with *taste*, ``hot``; see `the site <http://x.org>`_ and :ref:`more of it <more>`.
And :func:`~os.path.join`, snake_case_name, 2 * 3 * 4 [1]_.

Kinds
-----

Green
~~~~~

* mild
+ fresh

.. note:: Not too hot.

   Else it is bitter.

.. code-block:: python
   :linenos:

   # *not* a heading
   ---------------
   x = 1

Run it like this::

    *stay* as you are

Black
-----

.. image:: tea.png
   :alt: Leaves

=======  =====
Name     Price
=======  =====
Assam    5
Ceylon   6
=======  =====

+--------+-------+
| Name   | Price |
+========+=======+
| Sencha | 5     |
+--------+-------+

----

.. [1] A footnote.

.. _more: http://x.org
.. include:: /etc/passwd
.. raw:: html

   <b>no</b>

The end.
"""


def test_underlined_headings_become_sections_and_marks_go(tmp_path):
    path = tmp_path / "x.rst"
    path.write_text(TEXT)
    (document,) = read(path)
    assert document.title == "Tea"
    assert [(section.heading, section.text) for section in document.sections] == [
        (
            "Tea",
            "A good drink with taste, hot; see the site and more of it.\n"
            "And os.path.join, snake_case_name, 2 * 3 * 4 [1].",
        ),
        (
            "Kinds › Green",
            "- mild\n- fresh\n\nNote: Not too hot.\n\nElse it is bitter."
            "\n\n    # *not* a heading\n    ---------------\n    x = 1\n\nRun it like this:\n\n    *stay* as you are",
        ),
        (
            "Black",
            "Name: Assam | Price: 5\nName: Ceylon | Price: 6\n\nName: Sencha | Price: 5\n\n[1] A footnote.\n\nThe end.",
        ),
    ]


def test_sphinx_gives_its_text_and_no_file_is_included(tmp_path):
    (tmp_path / "secret.txt").write_text("secret")
    (tmp_path / "x.rst").write_text(
        ".. versionadded:: 1.2\n\n   It *boils*.\n\n.. tab-set::\n\n   .. tab-item:: Green\n\n      - mild\n\n"
        ".. csv-table:: T\n   :file: secret.txt\n\n.. literalinclude:: secret.txt\n\n"
        "term\n   meaning\n\n2. two\n3. three\n\n10\\ :sup:`6` cells\n\n.. list-table:: Pots\n   :header-rows: 1\n\n"
        "   * - Name\n     - Price\n   * - Blue\n     - 7\n"
    )
    (document,) = read(tmp_path / "x.rst")
    assert (
        document.text == "Versionadded: 1.2\n\nIt boils.\n\nGreen\n\n- mild\n\nT\n\n- term: meaning\n2. two\n3. three"
        "\n\n10^6 cells\n\nPots\nName: Blue | Price: 7"
    )


def test_a_text_without_headings_is_one_section(tmp_path):
    (tmp_path / "green_tea.rst").write_text("Just text…\n\nand more.\n")
    (document,) = read(tmp_path / "green_tea.rst")
    assert (document.title, document.text) == ("green tea", "Just text…\n\nand more.")


def test_a_table_that_never_ends_keeps_its_lines(tmp_path):
    (tmp_path / "x.rst").write_text("Text.\n\n====  ====\na     b\n\nand so on\n")
    (document,) = read(tmp_path / "x.rst")
    assert "a b" in document.text and "and so on" in document.text
