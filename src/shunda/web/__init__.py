"""The page kit: base layout, components, forms, tables, PDF documents. It knows no capability."""
