{#-
The words of a text between single blanks, in lower case, so that ' data engineer ' is found in whole words only.
Letters and digits of every script make a word, and the signs of C++, C#, .NET and Node.js; a full stop at a word's end
does not. The collation is named because lower case and letters are the database's locale's otherwise.
-#}
{% macro words(text) -%}
    ' ' || btrim(regexp_replace(lower({{ text }} collate pg_c_utf8), '([^\w+#.]|\.(?!\w))+', ' ', 'g')) || ' '
{%- endmacro %}

{#- The elements of a text array in lower case: all at once, as an element's text has no upper case in its quoting. -#}
{% macro lower_all(texts) -%}
    lower({{ texts }}::text collate pg_c_utf8)::text []
{%- endmacro %}
