{#- A list of the profile as a text array; empty where the profile says nothing. -#}
{% macro profile_texts(path) -%}
    array(select jsonb_array_elements_text(config #> '{profile,{{ path }}}'))
{%- endmacro %}

{#- The same list, each element as its words: see `words`. -#}
{% macro profile_words(path) -%}
    array(select {{ words('element') }} from jsonb_array_elements_text(config #> '{profile,{{ path }}}') as element)
{%- endmacro %}
