"""The whole product on embedded servers, with invented customers and a fast clock."""
